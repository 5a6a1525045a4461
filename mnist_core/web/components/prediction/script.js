// The prediction panel.
//
// props.value is the answer to one sending of the drawing (see Answer in __init__.py). It is only
// ever written as text.

const panel = find("prediction");
const DIGITS = [..."0123456789"];
const SPEECH_DELAY_MS = 700; // ms without a change before the answer is spoken: not once in every frame

let newest = -1; // seq of the answer shown, or of what is waited for
let shown = null; // the answer
let speaking = null;

// --- The classes: digits, or whatever has a name -------------------------------------------------

let names = null; // of what the reader tells apart; null for digits
let bars = fillList(".bars", DIGITS, newBar);
let wanted = null; // the names of what a drawing may be called, where they are not the reader's
let labels = fillList(".labels", DIGITS, newLabel);

function showClasses(newNames) {
  if (JSON.stringify(newNames) === JSON.stringify(names)) return;
  names = newNames;
  panel.classList.toggle("named", names !== null);
  bars = fillList(".bars", names ?? DIGITS, newBar);
  fillLabels();
}

function fillLabels() {
  const offered = wanted ?? names;
  panel.classList.toggle("named-labels", offered !== null);
  labels = fillList(".labels", offered ?? DIGITS, newLabel);
  nameLabels();
}

function fillList(list, called, newItem) {
  const mold = element.querySelector(list + " template");
  for (const item of [...mold.parentElement.children]) if (item !== mold) item.remove();
  mold.parentElement.style.setProperty("--classes", called.length);
  return called.map((name, index) => {
    const item = mold.content.firstElementChild.cloneNode(true);
    item.dataset.digit = index;
    item.dataset.name = item.title = name;
    mold.parentElement.append(item);
    return newItem(item, name, index);
  });
}

function newBar(bar, name) {
  bar.setAttribute("aria-label", name);
  return { bar, fill: bar.querySelector(".fill"), percent: bar.querySelector(".percent") };
}

function newLabel(button, name, index) {
  button.textContent = name;
  button.disabled = true;
  button.setAttribute("aria-keyshortcuts", keyOf(index) ?? "");
  button.addEventListener("click", () => tell(index));
  return button;
}

// Digits have their own keys; of names the first ten have 1 to 9 and 0, as they lie on the keyboard.
function keyOf(index) {
  return (wanted ?? names) ? "1234567890"[index] : String(index);
}

function nameLabels() {
  const offered = wanted ?? names;
  labels.forEach((label, index) => {
    const facts = { digit: offered ? offered[index] : named(index) };
    label.setAttribute("aria-label", say("prediction.it_was", facts));
  });
  const said = {
    ".bars": names ? say("prediction.bars_named") : say("prediction.bars"),
    ".labels": offered ? say("prediction.question_named") : say("prediction.question"),
  };
  for (const [list, words] of Object.entries(said))
    element.querySelector(list).setAttribute("aria-label", words);
  const byKeys = offered ? say("prediction.press_or_type_name") : say("prediction.press_or_type_it");
  write(find("question-touch"), offered ? say("prediction.press_name") : say("prediction.press_it"));
  write(find("question-keys"), byKeys);
}

// A class as sentences call it: "a 7", "an 8", "circle".
function called(index) {
  return names ? names[index] : named(index);
}

// --- The answer ----------------------------------------------------------------------------------

function hear(answer) {
  if (!answer || answer.seq < newest) return; // overtaken by the answer to a newer drawing
  newest = answer.seq;
  panel.classList.remove("stale");
  show(answer);
  announce(answer);
}

function announce({ seq, image, channels = 1 }) {
  document.dispatchEvent(new CustomEvent("mnist:read", { detail: { seq, image, channels } }));
}

function show(answer) {
  shown = answer;
  showClasses(answer.classes ?? null);
  showVerdict(answer);
  bars.forEach((_, digit) => showBar(digit, answer));
  showLabels(answer);
  paintImage(answer);
  speakSoon(answer);
}

function paintImage({ image, channels = 1 }) {
  const canvas = find("image");
  paintPixels(canvas, image, channels === 1 ? 28 : null, channels);
  canvas.setAttribute("aria-label", say("prediction.image", { side: canvas.width }));
}

// Another picture has come: whatever it shows, the answer before is not the answer to it.
function forget({ detail: { seq } }) {
  newest = seq;
  panel.classList.remove("stale");
  show({ seq, digit: null, classes: shown?.classes });
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
  write(find("answer"), digit === null ? "" : sure ? (names ?? DIGITS)[digit] : say("prediction.not_sure"));
  panel.classList.toggle("long", names !== null && digit !== null && [...names[digit]].length > 2);
  write(find("confidence"), digit === null ? "" : confidence(digit, sure, probabilities[digit]));
  write(find("classifier"), classifier ? say("prediction.read_by", { classifier }) : "");
  write(find("ask"), message ?? (names ? say("prediction.ask_named") : say("prediction.ask")));
}

function confidence(digit, sure, probability) {
  const facts = { digit: called(digit), probability: percent(probability, 0) };
  return sure ? probable(probability) : say("prediction.perhaps", facts);
}

function showBar(index, { digit, probabilities }) {
  const { bar, fill, percent: label } = bars[index];
  const probability = probabilities?.[index] ?? 0;
  bar.classList.toggle("winner", index === digit);
  bar.setAttribute("aria-valuenow", Math.round(100 * probability));
  if (names) fill.style.setProperty("--share", probability.toFixed(4));
  else fill.style.transform = "scaleY(" + probability.toFixed(4) + ")";
  write(label, probabilities ? probable(probability, 0) : "");
}

function speakSoon({ digit, sure, probabilities, message }) {
  const words = digit === null ? (message ?? "") : spoken(digit, sure, probabilities[digit]);
  clearTimeout(speaking);
  speaking = setTimeout(() => write(element.querySelector(".announcement"), words), SPEECH_DELAY_MS);
}

function spoken(digit, sure, probability) {
  const facts = { digit: (names ?? DIGITS)[digit], named: called(digit), probability: probable(probability, 0) };
  return sure ? say("prediction.says", facts) : say("prediction.says_perhaps", facts);
}

// --- What it was ---------------------------------------------------------------------------------

// A picture cannot be labelled: only strokes are kept.
function showLabels({ digit, image, is_picture: isPicture, keeps_labels: keepsLabels = true }) {
  const isRead = digit !== null;
  const isKept = keepsLabels || Boolean(wanted);
  panel.classList.toggle("unlabelled", !isKept);
  const isDrawing = isKept && (isRead || (wanted && image)) && !isPicture; // whoever is taught need not read
  if (labels[0]?.disabled === isDrawing) for (const label of labels) label.disabled = !isDrawing;
  const isAnswer = isRead && !wanted; // it names one of the labels
  find("yes").disabled = !isDrawing;
  find("yes").hidden = Boolean(wanted); // else it keeps its room
  if (isAnswer && isDrawing) write(find("yes"), say("prediction.yes", { digit: called(digit) }));
  labels.forEach((label, index) => label.classList.toggle("winner", isAnswer && index === digit));
}

// Somebody teaches: a drawing may be called what is taught, whoever reads it meanwhile.
function wantLabels({ detail }) {
  if (JSON.stringify(detail.names) === JSON.stringify(wanted)) return;
  wanted = detail.names;
  fillLabels();
  if (shown) showLabels(shown);
}

// A digit is told as a number, a name as a text.
function tell(index) {
  const label = (wanted ?? names)?.[index] ?? index;
  document.dispatchEvent(new CustomEvent("mnist:label", { detail: { label } }));
}

function keyDown(event) {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
  const index = labels.findIndex((_, place) => keyOf(place) === event.key);
  if (!isPlain || index < 0 || labels[index].disabled) return;
  if (labels[index].getClientRects().length === 0 || !isMeant(event.composedPath()[0])) return;
  tell(index);
  event.preventDefault();
}

// A key alone says something only where it is asked: in the drawing, or in the question below it.
function isMeant(target) {
  return panel.contains(target) || Boolean(target.closest?.('[data-testid="canvas"]'));
}

onPage(document, "keydown", keyDown);
onPage(document, "mnist:picture", forget);
onPage(document, "mnist:waiting", wait);
onPage(document, "mnist:classes", wantLabels);
find("yes").addEventListener("click", () => tell(Number(panel.dataset.digit)));

function showWords() {
  nameLabels();
  if (shown) show(shown);
  else paintImage({});
}

watch("value", () => hear(props.value));
watch("text", showWords);
showWords();
hear(props.value);
