// The reading panel. Gradio runs this file as the body of a function of
// (element, trigger, props, server, upload, watch), once for every time the component is mounted.
//
// props.value is the answer to one sending of the drawing (see Answer in __init__.py). It is only
// ever written as text.

const find = (name) => element.querySelector('[data-testid="' + name + '"]');
const panel = find("reading");
const bars = Array.from({ length: 10 }, (_, digit) => newBar(digit));
const ask = find("ask").textContent;
const PAUSE = 700; // ms without a change before the answer is spoken: not once in every frame

let newest = -1; // seq of the answer shown
let speaking = null;

function newBar(digit) {
  const mold = element.querySelector(".bars template");
  const bar = mold.content.firstElementChild.cloneNode(true);
  bar.dataset.digit = digit;
  bar.setAttribute("aria-label", digit);
  bar.querySelector(".name").textContent = digit;
  mold.parentElement.append(bar);
  return { bar, fill: bar.querySelector(".fill"), percent: bar.querySelector(".percent") };
}

function show(answer) {
  if (!answer) return;
  const seq = answer.seq ?? newest; // a picture's answer has none, and takes any other's place
  if (seq < newest) return; // overtaken by the answer to a newer drawing
  newest = seq;
  showVerdict(answer);
  bars.forEach((_, digit) => showBar(digit, answer));
  showImage(answer.image);
  speakSoon(answer);
  document.dispatchEvent(new CustomEvent("mnist:read", { detail: { seq: answer.seq } }));
}

function showVerdict({ seq, digit, probabilities, reader, message }) {
  panel.dataset.seq = seq ?? "";
  panel.dataset.digit = digit ?? "";
  panel.dataset.reader = reader ?? "";
  write(find("answer"), digit ?? "");
  write(find("confidence"), digit === null ? "" : percent(probabilities[digit], 1));
  write(find("reader"), reader ? "Read by " + reader : "");
  write(find("ask"), message ?? ask);
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

function speakSoon({ digit, probabilities, message }) {
  const words = digit === null ? (message ?? "") : digit + ", " + percent(probabilities[digit], 0);
  clearTimeout(speaking);
  speaking = setTimeout(() => write(element.querySelector(".announcement"), words), PAUSE);
}

// The same text again would still cost a layout.
function write(node, text) {
  if (node.textContent !== String(text)) node.textContent = text;
}

function percent(fraction, decimals) {
  return (100 * fraction).toFixed(decimals) + "%";
}

watch("value", () => show(props.value));
show(props.value);
