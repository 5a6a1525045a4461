// The focus never falls to the top of the page: where what has it is disabled, hidden or taken away,
// what stands next to it gets it. A browser tells nobody of that, so it is watched.

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
const SETTLED_MS = 100; // ms in which what takes its place has come, as Stop after Train

let held = []; // what has the focus, and all that it lies in, from the inside out
const sizes = new ResizeObserver(checkSoon); // a hidden element has none
const states = new MutationObserver(checkSoon);

function hold(event) {
  held = event.composedPath().filter((node) => node instanceof Element);
  sizes.disconnect();
  states.disconnect();
  sizes.observe(held[0]);
  states.observe(held[0], { attributeFilter: ["disabled"] });
}

function checkSoon() {
  setTimeout(check, SETTLED_MS);
}

function check() {
  const [last] = held;
  const isElsewhere = ![document.body, last].includes(document.activeElement);
  if (!last || isElsewhere) return;
  if (canHaveFocus(last)) {
    if (document.activeElement !== last) held = []; // somebody has pressed beside it
    return;
  }
  successor()?.focus({ preventScroll: true });
}

function canHaveFocus(node) {
  return node.isConnected && !node.disabled && node.checkVisibility({ visibilityProperty: true });
}

// The next in the smallest group that has another one, else the last one before it.
function successor() {
  const [last, ...groups] = held;
  for (const group of groups.filter((node) => node.isConnected)) {
    const others = [...group.querySelectorAll(FOCUSABLE)].filter(
      (node) => node !== last && node.tabIndex >= 0 && canHaveFocus(node),
    );
    const isAfter = (node) => last.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (others.length) return others.find(isAfter) ?? others[others.length - 1];
  }
}

onPage(document, "focusin", hold);
onPage(document, "focusout", checkSoon);
life.signal.addEventListener("abort", () => {
  sizes.disconnect();
  states.disconnect();
});
