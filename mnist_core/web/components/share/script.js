// Offers what can be taken along: see pictures.js for the pictures.

const DONE_MS = 2000; // ms for which it says that the link is copied
const FINEST = 255; // a drawing in a link has places 0 to 255, a byte each

// Strokes as text for an address; `strokes_from_text` in Python reads it. A byte says how many points
// follow, two bytes each; longer strokes go on in the next one, from the same point.
function packed(strokes) {
  const bytes = [];
  for (const stroke of strokes) {
    const points = coarse(stroke);
    for (let start = 0; start === 0 || start < points.length - 1; start += FINEST - 1) {
      const piece = points.slice(start, start + FINEST);
      bytes.push(piece.length, ...piece.flat());
    }
  }
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function coarse(stroke) {
  const points = stroke.map((point) => point.map((value) => Math.round((value / 1000) * FINEST)));
  const far = ([x, y], [lastX, lastY]) => Math.hypot(x - lastX, y - lastY) >= 3;
  const kept = points.slice(0, 1);
  for (const point of points.slice(1, -1)) if (far(point, kept.at(-1))) kept.push(point);
  return points.length > 1 ? [...kept, points.at(-1)] : kept;
}

function address() {
  const root = new URL(window.gradio_config?.root ?? "/", location).pathname.replace(/\/?$/, "/");
  const link = new URL(root, location.origin);
  link.search = props.value ?? "";
  if (offers().includes("drawing")) {
    const ask = (strokes) => strokes.length && (link.hash = "d=" + packed(strokes));
    document.dispatchEvent(new CustomEvent("mnist:tell-strokes", { detail: ask }));
  }
  return link.href;
}

// Where the page may not use the clipboard, as inside another site's, the link is shown instead.
async function copyLink() {
  const field = find("link");
  try {
    await navigator.clipboard.writeText(address());
    field.hidden = true;
    write(element.querySelector(".done"), say("share.copied"));
    setTimeout(() => write(element.querySelector(".done"), ""), DONE_MS);
  } catch {
    field.value = address();
    field.hidden = false;
    field.select();
  }
}

function offers() {
  return element.querySelector(".share").dataset.offers.split(" ");
}

const ACTIONS = {
  link: copyLink,
  svg: () => savePlots("svg"),
  png: () => savePlots("png"),
  drawing: saveDrawing,
  seen: saveSeen,
};
for (const button of element.querySelectorAll("[data-offer]")) {
  button.hidden = !offers().includes(button.dataset.offer);
  button.addEventListener("click", () => ACTIONS[button.dataset.offer]());
}
