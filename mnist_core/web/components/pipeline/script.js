// The preprocessing pipeline. Gradio runs this file as the body of a function of
// (element, trigger, props, server, upload, watch), once for every time the component is mounted.
//
// props.value is what this page asks, { off }, or what the server answers, { answer } (see
// Explanation in __init__.py), which is only ever written as text.

const find = (name) => element.querySelector('[data-testid="' + name + '"]');
const panel = find("pipeline");
const steps = [...element.querySelectorAll("li")]; // the drawing, then the steps in their order
const switches = steps.slice(1).map((step) => step.querySelector("input"));
const PAUSE = 150; // ms between two questions: the live reading goes first
const PATIENCE = 5000; // ms without an answer after which a question counts as lost

let isStale = true; // what is shown is not what there is
let waiting = null; // the timer of the question under way

function ask() {
  const isInSight = element.getClientRects().length > 0; // not so in what is folded up
  if (!isStale || waiting || !isInSight) return;
  isStale = false;
  waiting = setTimeout(lost, PATIENCE);
  const off = steps.slice(1).filter((_, i) => !switches[i].checked);
  props.value = { off: off.map((step) => step.dataset.step) };
  trigger("input");
}

function changed() {
  isStale = true;
  if (!waiting) ask();
}

function lost() {
  waiting = null;
  changed();
}

function show(answer) {
  if (!answer) return;
  clearTimeout(waiting);
  waiting = setTimeout(rested, PAUSE);
  const { pictures, guess, switched, classifier } = answer;
  steps.forEach((step, i) => paint(step.querySelector("canvas"), pictures[i]));
  steps.slice(1).forEach((step, i) => compare(step, switches[i].checked, guess, switched?.[i]));
  panel.dataset.digit = guess?.digit ?? "";
  write(find("pipeline-verdict"), guess ? classifier + " then reads " + words(guess) + "." : "");
}

function rested() {
  waiting = null;
  ask();
}

// A picture is a square of bytes, 0 for paper to 255 for ink.
function paint(canvas, picture) {
  const bytes = picture ? atob(picture) : String.fromCharCode(0);
  const side = Math.sqrt(bytes.length);
  canvas.width = canvas.height = side; // which empties it, too
  const pencil = canvas.getContext("2d");
  const pixels = pencil.createImageData(side, side); // four bytes a pixel: red, green, blue, opacity
  for (let i = 0; i < bytes.length; i++) {
    pixels.data.fill(bytes.charCodeAt(i), 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = 255;
  }
  pencil.putImageData(pixels, 0, 0);
}

function compare(step, isOn, guess, other) {
  const line = step.querySelector(".switched");
  step.classList.toggle("off", !isOn);
  line.dataset.digit = other?.digit ?? "";
  line.classList.toggle("other", Boolean(other) && other.digit !== guess.digit);
  write(line, other ? (isOn ? "Without it: " : "With it: ") + words(other) : "");
}

function words({ digit, probability, sure }) {
  return digit + ", " + Math.round(100 * probability) + "%" + (sure ? "" : ", not sure");
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// Gradio may take the component off the page and does not say so: the next event then cleans up.
const life = new AbortController();
function drawingRead(event) {
  if (!element.isConnected) return life.abort();
  if (event.detail.seq !== null) changed(); // null is a picture's answer: it has no strokes
}

document.addEventListener("mnist:read", drawingRead, { signal: life.signal });
switches.forEach((box) => box.addEventListener("change", changed));
new ResizeObserver(ask).observe(panel); // unfolded

watch("value", () => show(props.value?.answer));
