// What Gradio's own tabs and groups of radio buttons lack of the ARIA patterns: names, one stop for
// the Tab key, and the arrow keys; and what it names in English alone. They come when they are first
// shown, and are mended then.

const MEND_MS = 100; // ms after a change of the page, so that many changes are one

let mending = null;

function mendSoon() {
  mending ??= setTimeout(mend, MEND_MS);
}

function mend() {
  mending = null;
  if (!element.isConnected) return life.abort();
  for (const tab of document.querySelectorAll('[role="tab"]')) mendTab(tab);
  document.querySelectorAll("fieldset:has([type=radio])").forEach(mendGroup);
  name("footer", say("page.foot"));
  name('[data-testid="toast-close"]', say("page.close"));
  refuseInOwnWords();
}

function name(selector, text) {
  for (const node of document.querySelectorAll(selector)) set(node, "aria-label", text);
}

function mendTab(tab) {
  set(tab, "tabindex", tab.ariaSelected === "true" ? "0" : "-1");
  const panel = document.getElementById(tab.getAttribute("aria-controls"));
  if (panel && tab.id) set(panel, "aria-labelledby", tab.id);
}

// Radio buttons of one name are one stop, in which the browser lets the arrow keys choose.
function mendGroup(group, number) {
  const title = group.querySelector('[data-testid="block-info"]');
  if (!title) return;
  title.id ||= "group-" + number + "-" + Math.random();
  set(group, "role", "radiogroup");
  set(group, "aria-labelledby", title.id);
  for (const radio of group.querySelectorAll("[type=radio]")) set(radio, "name", "of-" + title.id);
}

function set(node, attribute, value) {
  if (node.getAttribute(attribute) !== value) node.setAttribute(attribute, value);
}

function tabKeyDown(event) {
  const tab = event.target.closest?.('[role="tab"]');
  if (!tab || event.ctrlKey || event.metaKey || event.altKey) return;
  const tabs = [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')];
  const at = tabs.indexOf(tab);
  const places = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 };
  if (!(event.key in places)) return;
  event.preventDefault();
  const next = tabs.at(places[event.key] % tabs.length);
  next.focus();
  next.click();
}

onPage(document, "keydown", tabKeyDown);
const changes = new MutationObserver(mendSoon);
watch("text", mend);
changes.observe(document.body, {
  childList: true,
  subtree: true,
  attributeFilter: ["aria-selected"],
});
life.signal.addEventListener("abort", () => changes.disconnect());
mend();
