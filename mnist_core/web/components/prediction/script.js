// The prediction panel. Gradio runs this file as the body of a function of
// (element, trigger, props, server, upload, watch), once for every time the component is mounted.
//
// props.value is the answer to one sending of the drawing (see Answer in __init__.py). It is only
// ever written as text.

const find = (name) => element.querySelector('[data-testid="' + name + '"]');
const panel = find("prediction");
const bars = Array.from({ length: 10 }, (_, digit) => newBar(digit));
const labels = Array.from({ length: 10 }, (_, digit) => newLabel(digit));
const ask = find("ask").textContent;
const PAUSE = 700; // ms without a change before the answer is spoken: not once in every frame

let newest = -1; // seq of the answer shown
let speaking = null;

function newBar(digit) {
  const bar = newOne(".bars", digit);
  bar.setAttribute("aria-label", digit);
  return { bar, fill: bar.querySelector(".fill"), percent: bar.querySelector(".percent") };
}

function newLabel(digit) {
  const button = newOne(".labels", digit);
  button.textContent = digit;
  button.setAttribute("aria-label", "It was a " + digit);
  button.addEventListener("click", () => tell(digit));
  return button;
}

function newOne(list, digit) {
  const mold = element.querySelector(list + " template");
  const one = mold.content.firstElementChild.cloneNode(true);
  one.dataset.digit = digit;
  mold.parentElement.append(one);
  return one;
}

function show(answer) {
  if (!answer) return;
  const seq = answer.seq ?? newest; // a picture's answer has none, and takes any other's place
  if (seq < newest) return; // overtaken by the answer to a newer drawing
  newest = seq;
  showVerdict(answer);
  bars.forEach((_, digit) => showBar(digit, answer));
  showLabels(answer);
  showImage(answer.image);
  speakSoon(answer);
  document.dispatchEvent(new CustomEvent("mnist:read", { detail: { seq: answer.seq } }));
}

function showVerdict({ seq, digit, sure, probabilities, classifier, message }) {
  panel.dataset.seq = seq ?? "";
  panel.dataset.digit = digit ?? "";
  panel.dataset.sure = digit === null ? "" : sure;
  panel.dataset.classifier = classifier ?? "";
  write(find("answer"), digit === null ? "" : sure ? digit : "Not sure");
  write(find("confidence"), digit === null ? "" : confidence(digit, sure, probabilities[digit]));
  write(find("classifier"), classifier ? "Read by " + classifier : "");
  write(find("ask"), message ?? ask);
}

function confidence(digit, sure, probability) {
  return sure ? percent(probability, 1) : "perhaps " + named(digit) + ", " + percent(probability, 0);
}

function named(digit) {
  return (digit === 8 ? "an " : "a ") + digit;
}

function showBar(index, { digit, probabilities }) {
  const { bar, fill, percent: label } = bars[index];
  const probability = probabilities?.[index] ?? 0;
  bar.classList.toggle("winner", index === digit);
  bar.setAttribute("aria-valuenow", Math.round(100 * probability));
  fill.style.transform = "scaleY(" + probability.toFixed(4) + ")";
  write(label, probabilities ? percent(probability, 0) : "");
}

function showImage(image) {
  const pencil = find("image").getContext("2d");
  const pixels = pencil.createImageData(28, 28); // four bytes a pixel: red, green, blue, opacity
  const bytes = image ? atob(image) : ""; // row by row, a byte a pixel
  for (let i = 0; i < 28 * 28; i++) {
    pixels.data.fill(bytes.charCodeAt(i) || 0, 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = 255;
  }
  pencil.putImageData(pixels, 0, 0);
}

function speakSoon({ digit, sure, probabilities, message }) {
  const share = digit === null ? "" : percent(probabilities[digit], 0);
  const answer = sure ? digit + ", " + share : "Not sure, perhaps " + named(digit) + ", " + share;
  const words = digit === null ? (message ?? "") : answer;
  clearTimeout(speaking);
  speaking = setTimeout(() => write(element.querySelector(".announcement"), words), PAUSE);
}

// --- Which digit it was --------------------------------------------------------------------------

// A picture cannot be labelled: only strokes are kept.
function showLabels({ seq, digit }) {
  const isDrawing = digit !== null && seq !== null;
  if (labels[0].disabled === isDrawing) for (const label of labels) label.disabled = !isDrawing;
  find("yes").disabled = !isDrawing;
  if (isDrawing) write(find("yes"), "Yes, " + named(digit));
  labels.forEach((label, index) => label.classList.toggle("winner", index === digit));
}

function tell(digit) {
  document.dispatchEvent(new CustomEvent("mnist:label", { detail: { label: digit } }));
}

// Gradio may take the component off the page and does not say so: the next event then cleans up.
const life = new AbortController();
function keyDown(event) {
  if (!element.isConnected) return life.abort();
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
  const isReady = !labels[0].disabled && panel.getClientRects().length > 0;
  if (!isPlain || !isReady || !/^[0-9]$/.test(event.key)) return;
  if (isTyping(event.composedPath()[0])) return;
  tell(Number(event.key));
  event.preventDefault();
}

function isTyping(target) {
  const keyless = "[type=button], [type=checkbox], [type=radio], [type=range]";
  return target.matches?.("textarea, select, [contenteditable], input:not(" + keyless + ")");
}

document.addEventListener("keydown", keyDown, { signal: life.signal });
find("yes").addEventListener("click", () => tell(Number(panel.dataset.digit)));

// --- Small things --------------------------------------------------------------------------------

// The same text again would still cost a layout.
function write(node, text) {
  if (node.textContent !== String(text)) node.textContent = text;
}

function percent(fraction, decimals) {
  return (100 * fraction).toFixed(decimals) + "%";
}

watch("value", () => show(props.value));
show(props.value);
