// The prediction panel.
//
// props.value is the answer to one sending of the drawing (see Answer in __init__.py). It is only
// ever written as text.

const panel = find("prediction");
const bars = Array.from({ length: 10 }, (_, digit) => newBar(digit));
const labels = Array.from({ length: 10 }, (_, digit) => newLabel(digit));
const SPEECH_DELAY_MS = 700; // ms without a change before the answer is spoken: not once in every frame

let newest = -1; // seq of the answer shown, or of what is waited for
let shown = null; // the answer
let speaking = null;

function newBar(digit) {
  const bar = newOne(".bars", digit);
  bar.setAttribute("aria-label", digit);
  return { bar, fill: bar.querySelector(".fill"), percent: bar.querySelector(".percent") };
}

function newLabel(digit) {
  const button = newOne(".labels", digit);
  button.textContent = digit;
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
  panel.classList.remove("stale");
  show(answer);
  announce(answer);
}

function announce({ seq, image }) {
  document.dispatchEvent(new CustomEvent("mnist:read", { detail: { seq, image } }));
}

function show(answer) {
  shown = answer;
  showVerdict(answer);
  bars.forEach((_, digit) => showBar(digit, answer));
  showLabels(answer);
  paintPixels(find("image"), answer.image, 28);
  speakSoon(answer);
}

// Another picture has come: whatever it shows, the answer before is not the answer to it.
function forget({ detail: { seq } }) {
  newest = seq;
  panel.classList.remove("stale");
  show({ seq, digit: null });
  queueMicrotask(() => announce({ seq })); // once the canvas has made room for it
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
  write(find("answer"), digit === null ? "" : sure ? digit : say("prediction.not_sure"));
  write(find("confidence"), digit === null ? "" : confidence(digit, sure, probabilities[digit]));
  write(find("classifier"), classifier ? say("prediction.read_by", { classifier }) : "");
  write(find("ask"), message ?? say("prediction.ask"));
}

function confidence(digit, sure, probability) {
  const facts = { digit: named(digit), probability: percent(probability, 0) };
  return sure ? probable(probability) : say("prediction.perhaps", facts);
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
  const words = digit === null ? (message ?? "") : spoken(digit, sure, probabilities[digit]);
  clearTimeout(speaking);
  speaking = setTimeout(() => write(element.querySelector(".announcement"), words), SPEECH_DELAY_MS);
}

function spoken(digit, sure, probability) {
  const facts = { digit, named: named(digit), probability: percent(probability, 0) };
  return sure ? say("prediction.says", facts) : say("prediction.says_perhaps", facts);
}

// --- Which digit it was --------------------------------------------------------------------------

// A picture cannot be labelled: only strokes are kept.
function showLabels({ digit, is_picture: isPicture }) {
  const isDrawing = digit !== null && !isPicture;
  if (labels[0].disabled === isDrawing) for (const label of labels) label.disabled = !isDrawing;
  find("yes").disabled = !isDrawing;
  if (isDrawing) write(find("yes"), say("prediction.yes", { digit: named(digit) }));
  labels.forEach((label, index) => label.classList.toggle("winner", index === digit));
}

function tell(digit) {
  document.dispatchEvent(new CustomEvent("mnist:label", { detail: { label: digit } }));
}

function keyDown(event) {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
  const isReady = !labels[0].disabled && labels[0].getClientRects().length > 0;
  if (!isPlain || !isReady || !/^[0-9]$/.test(event.key)) return;
  if (!isMeant(event.composedPath()[0])) return;
  tell(Number(event.key));
  event.preventDefault();
}

// A key alone says something only where it is asked: in the drawing, or in the question below it.
function isMeant(target) {
  return panel.contains(target) || Boolean(target.closest?.('[data-testid="canvas"]'));
}

onPage(document, "keydown", keyDown);
onPage(document, "mnist:picture", forget);
onPage(document, "mnist:waiting", wait);
find("yes").addEventListener("click", () => tell(Number(panel.dataset.digit)));

function showWords() {
  labels.forEach((label, digit) =>
    label.setAttribute("aria-label", say("prediction.it_was", { digit: named(digit) })),
  );
  if (shown) show(shown);
}

watch("value", () => hear(props.value));
watch("text", showWords);
showWords();
hear(props.value);
