// The prediction panel.
//
// props.value is the answer to one sending of the drawing (see Answer in __init__.py). It is only
// ever written as text.

const panel = find("prediction");
const bars = Array.from({ length: 10 }, (_, digit) => newBar(digit));
const labels = Array.from({ length: 10 }, (_, digit) => newLabel(digit));
const ask = find("ask").textContent;
const SPEECH_DELAY_MS = 700; // ms without a change before the answer is spoken: not once in every frame

let newest = -1; // seq of the answer shown, or of what is waited for
let speaking = null;

function newBar(digit) {
  const bar = newOne(".bars", digit);
  bar.setAttribute("aria-label", digit);
  return { bar, fill: bar.querySelector(".fill"), percent: bar.querySelector(".percent") };
}

function newLabel(digit) {
  const button = newOne(".labels", digit);
  button.textContent = digit;
  button.setAttribute("aria-label", "It was " + named(digit));
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

function hear(answer) {
  if (!answer || answer.seq < newest) return; // overtaken by the answer to a newer drawing
  newest = answer.seq;
  show(answer);
  const detail = { seq: answer.seq, isPicture: Boolean(answer.is_picture) };
  document.dispatchEvent(new CustomEvent("mnist:read", { detail }));
}

function show(answer) {
  panel.classList.remove("stale");
  showVerdict(answer);
  bars.forEach((_, digit) => showBar(digit, answer));
  showLabels(answer);
  paintPixels(find("image"), answer.image, 28);
  speakSoon(answer);
}

// Another picture has come: whatever it shows, the answer before is not the answer to it.
function forget({ detail: { seq } }) {
  newest = seq;
  show({ seq, digit: null });
}

function wait({ detail: { seq } }) {
  newest = Math.max(newest, seq);
  panel.classList.toggle("stale", panel.dataset.digit !== "");
}

function showVerdict({ seq, digit, sure, probabilities, classifier, message }) {
  panel.dataset.seq = seq;
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

function showBar(index, { digit, probabilities }) {
  const { bar, fill, percent: label } = bars[index];
  const probability = probabilities?.[index] ?? 0;
  bar.classList.toggle("winner", index === digit);
  bar.setAttribute("aria-valuenow", Math.round(100 * probability));
  fill.style.transform = "scaleY(" + probability.toFixed(4) + ")";
  write(label, probabilities ? percent(probability, 0) : "");
}

function speakSoon({ digit, sure, probabilities, message }) {
  const share = digit === null ? "" : percent(probabilities[digit], 0);
  const answer = sure ? digit + ", " + share : "Not sure, perhaps " + named(digit) + ", " + share;
  const words = digit === null ? (message ?? "") : answer;
  clearTimeout(speaking);
  speaking = setTimeout(() => write(element.querySelector(".announcement"), words), SPEECH_DELAY_MS);
}

// --- Which digit it was --------------------------------------------------------------------------

// A picture cannot be labelled: only strokes are kept.
function showLabels({ digit, is_picture: isPicture }) {
  const isDrawing = digit !== null && !isPicture;
  if (labels[0].disabled === isDrawing) for (const label of labels) label.disabled = !isDrawing;
  find("yes").disabled = !isDrawing;
  if (isDrawing) write(find("yes"), "Yes, " + named(digit));
  labels.forEach((label, index) => label.classList.toggle("winner", index === digit));
}

function tell(digit) {
  document.dispatchEvent(new CustomEvent("mnist:label", { detail: { label: digit } }));
}

function keyDown(event) {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
  const isReady = !labels[0].disabled && panel.getClientRects().length > 0;
  if (!isPlain || !isReady || !/^[0-9]$/.test(event.key)) return;
  if (isTyping(event.composedPath()[0])) return;
  tell(Number(event.key));
  event.preventDefault();
}

onPage(document, "keydown", keyDown);
onPage(document, "mnist:picture", forget);
onPage(document, "mnist:waiting", wait);
find("yes").addEventListener("click", () => tell(Number(panel.dataset.digit)));

watch("value", () => hear(props.value));
hear(props.value);
