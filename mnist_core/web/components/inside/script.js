// The views below the drawing.
//
// props.value is what this page asks, { question } (see Question in __init__.py), or what the server
// answers, { answer }, made by tabs/inside.py and only ever written as text. Both are one text of
// JSON: Gradio walks through all else leaf by leaf with every event.

const panel = find("views");
// Between two questions: the live reading goes first, and no more than one answer in twenty meets one.
const PAUSE_MS = 250;
const ANSWER_TIMEOUT_MS = 8000; // ms without an answer after which a question counts as lost
const SPEECH_DELAY_MS = 700; // ms without a change before what is shown is spoken
const REST_MS = 400; // ms without an answer after which the pen rests
const SIDE = 28;

// --- The views: one is open at a time, none to begin with ---------------------------------------------

const switches = [...element.querySelectorAll("[data-open]")];

function open(view) {
  panel.dataset.view = panel.dataset.view === view ? "" : view;
  for (const button of switches)
    button.setAttribute("aria-expanded", button.dataset.open === panel.dataset.view);
  for (const part of element.querySelectorAll("[data-shows]"))
    part.hidden = part.dataset.shows !== panel.dataset.view;
  // The page makes room for it (see page.css), and shows what lies beside this component.
  const tab = element.closest(".draw");
  if (tab) tab.dataset.view = panel.dataset.view;
  changed();
}

// --- The questions --------------------------------------------------------------------------------

let read = ""; // the image that was read last, in base64
let asked = ""; // the image of the question under way
let rubbed = null; // the same with a part rubbed out, as bytes; null if nothing is
let pressed = {}; // what was pressed inside: { layer, unit, row, column } or { score }
let pointed = null; // the pixel of a map that a mouse points at; it goes before what was pressed
let isExample = false;
let isStale = true; // what is shown is not what there is
let waiting = null; // the timer of the question under way
let shown = null; // the last answer
let speaking = null;
let resting = null; // the timer after which the strokes are asked for
let whole = null; // the last answer about a drawing of which nothing is rubbed out

function ask() {
  const view = panel.dataset.view;
  if (!isStale || waiting || (view !== "inside" && view !== "why")) return;
  if (panel.getClientRects().length === 0) return; // another tab is in sight
  isStale = false;
  waiting = setTimeout(lost, ANSWER_TIMEOUT_MS);
  const image = rubbed && view === "why" ? toBase64(rubbed) : read;
  asked = image;
  const question = { view, image, example: isExample && view === "why" };
  if (view === "inside") Object.assign(question, { ...(pointed ?? pressed), table: tablesOf(view).open });
  else Object.assign(question, { ...compared, path: find("path").checked });
  props.value = { question: JSON.stringify(question) };
  trigger("input");
}

function changed() {
  isStale = true;
  ask();
}

function lost() {
  waiting = null;
  changed();
}

function answered(text) {
  if (!text) return;
  const answer = JSON.parse(text);
  if (answer?.view === "strokes") return offerStrokes(answer);
  clearTimeout(waiting);
  waiting = setTimeout(rested, PAUSE_MS);
  panel.dataset.network = answer?.network ?? "";
  panel.dataset.digit = answer?.digit ?? "";
  panel.classList.toggle("closed", Boolean(answer?.unavailable));
  write(find("unavailable"), answer?.unavailable ?? "");
  if (answer?.unavailable) return;
  if (!answer) return write(find("remark"), say("inside.none"));
  answer.image ??= asked; // the server sends only what this page has not
  shown = answer;
  panel.classList.toggle("named", Boolean(answer.classes));
  if (answer.view === "inside") showInside(answer);
  else showWhy(answer);
}

function rested() {
  waiting = null;
  ask();
}

// The same image comes again when who reads it has changed; then what is rubbed out stays so.
function drawingRead(event) {
  const { image = "", channels = 1 } = event.detail;
  const now = channels === 1 ? image : ""; // nothing is said of images in colour
  const isSame = read === now;
  read = now;
  if (!read) Object.assign(compared, { digit: null, against: null });
  if (!isSame) offerStrokes({ image: read, strokes: [] });
  if (isSame || !(rubbed || isExample)) changed();
  else restore();
}

// Once the pen rests: while it moves, the live reading is more important than what could be erased.
function askForStrokes() {
  clearTimeout(resting);
  if (strokes.length || isExample) return;
  resting = setTimeout(() => read && panel.dataset.view === "why" && trigger("rested"), REST_MS);
}

function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

function toBytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

// --- The page around it ---------------------------------------------------------------------------

for (const button of switches) button.addEventListener("click", () => open(button.dataset.open));
evidence.addEventListener("pointerdown", (event) => {
  isRubbing = true;
  evidence.setPointerCapture(event.pointerId);
  rubAt(event);
});
evidence.addEventListener("pointermove", rubAt);
for (const type of ["pointerup", "pointercancel"])
  evidence.addEventListener(type, () => (isRubbing = false));
find("restore").addEventListener("click", restore);
find("path").addEventListener("change", changed);
find("example").addEventListener("click", () => {
  isExample = !isExample;
  rubbed = null;
  Object.assign(compared, { digit: null, against: null });
  changed();
});
onPage(document, "mnist:read", drawingRead);
new ResizeObserver(ask).observe(panel); // in sight again, as in another tab

const theme = new MutationObserver(() => changed());
theme.observe(document.body, { attributeFilter: ["class"] });
life.signal.addEventListener("abort", () => theme.disconnect());

watch("value", () => answered(props.value?.answer));
watch("text", changed);
