// The drawing canvas.
//
// Reading order: the drawing, its ink, the pen, the pen by keys, the controls, the sending, the page
// around it.
// A point is [x, y] in thousandths of the canvas side; a stroke is a list of points; a gesture is
// the list of strokes laid from pen down to pen up, several when the pen left the canvas between.

const SIDE = 1000;
const BRUSH = 70; // width of the ink: what 2 of the 28 pixels are
const SPACING = 2; // points closer than this to the one before add nothing
const MAX_POINTS = 5000; // far more than a digit needs, half of what the server takes
const MAX_UNDO = 100;
const PALM_MS = 500; // ms after a sign of the pen in which a touch is the hand that holds it
const KEY_STEP = 40; // about what one of the 28 pixels is
const SPEECH_DELAY_MS = 600; // ms of rest before it is said where the pen by keys is
const STORE = "mnist-drawing";
const ANSWER_TIMEOUT_MS = 2000; // ms without an answer after which a sending counts as lost
const MAX_ANSWER_TIMEOUT_MS = 30000;

// The raw event comes when the pen moves, the ordinary one only before the next frame: 10 ms later.
// Browsers without it, or on pages without https, have the ordinary one.
const PEN_MOVES = "onpointerrawupdate" in window ? "pointerrawupdate" : "pointermove";

const canvas = find("canvas");
const pencil = canvas.getContext("2d");

// --- The drawing ---------------------------------------------------------------------------------

let gestures = restored();
let past = gestures.map((_, count) => gestures.slice(0, count)); // what undo goes back to

function strokesNow() {
  return props.drawable ? gestures.flat() : []; // put aside where who reads has learned something else
}

function isFull() {
  return strokesNow().reduce((sum, stroke) => sum + stroke.length, 0) >= MAX_POINTS;
}

const counted = new WeakMap(); // a drawing that was counted → as which digit

function replaceDrawing(next) {
  past = [...past, gestures].slice(-MAX_UNDO);
  gestures = next;
}

// A picture lies over the canvas (see PictureViewer): the drawing makes room, and undo brings it
// back.
let hasPicture = false;
let testImage = null; // in words, if the picture is a test image

function makeRoom({ detail }) {
  testImage = detail.testImage ?? null;
  if (strokesNow().length > 0) replaceDrawing([]); // what is put aside stays where it is
  store();
  hasPicture = true;
  pen = null;
  unsent = false;
  clearTimeout(waiting);
  waiting = null;
  props.value = new Drawing(seq, []); // for whoever else looks at the drawing
  showState();
  paintSoon();
}

function removePicture() {
  hasPicture = false;
  document.dispatchEvent(new CustomEvent("mnist:picture-gone"));
  showState();
  const next = props.drawable ? canvas : find("read-picture");
  next.focus({ preventScroll: true }); // what had the focus may be gone with it
}

// A drawing from elsewhere, each stroke a gesture; undo brings back what was there.
function takeOver(strokes) {
  if (pen || !props.drawable) return;
  if (hasPicture) removePicture();
  replaceDrawing(strokes.map((stroke) => [stroke]));
  store();
  changed();
}

function store() {
  try {
    sessionStorage.setItem(STORE, JSON.stringify(gestures));
  } catch {
    // No storage (a private window, or it is full): the drawing is lost on reload, no more.
  }
}

function restored() {
  const isNumber = (value) => typeof value === "number" && value >= 0 && value <= SIDE;
  const isPoint = (point) => isListOf(isNumber, point) && point.length === 2;
  const isStroke = (stroke) => isListOf(isPoint, stroke) && stroke.length > 0;
  const isGesture = (gesture) => isListOf(isStroke, gesture);
  try {
    const saved = JSON.parse(sessionStorage.getItem(STORE));
    return isListOf(isGesture, saved) ? saved : [];
  } catch {
    return [];
  }
}

function isListOf(isItem, value) {
  return Array.isArray(value) && value.every(isItem);
}

// --- Its ink -------------------------------------------------------------------------------------

let paintPending = false;

// Several changes in one frame are painted once, in that frame.
function paintSoon() {
  if (paintPending) return;
  paintPending = true;
  requestAnimationFrame(() => {
    paintPending = false;
    paint();
  });
}

function paint() {
  const side = Math.round(canvas.clientWidth * devicePixelRatio);
  if (side === 0) return; // in a hidden tab; the size changes when it is shown, and we paint then
  if (canvas.width !== side) canvas.width = canvas.height = side;
  pencil.setTransform(side / SIDE, 0, 0, side / SIDE, 0, 0);
  pencil.clearRect(0, 0, SIDE, SIDE);
  pencil.strokeStyle = getComputedStyle(canvas).color;
  pencil.lineWidth = BRUSH;
  pencil.lineCap = pencil.lineJoin = "round";
  pencil.beginPath();
  strokesNow().forEach(trace);
  pencil.stroke();
}

// A curve through the middles of the polyline's sides, with its corners as control points.
function trace(stroke) {
  pencil.moveTo(...stroke[0]);
  for (let i = 1; i < stroke.length - 1; i++) {
    const [[x, y], [nextX, nextY]] = [stroke[i], stroke[i + 1]];
    pencil.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  const [x, y] = stroke[stroke.length - 1];
  pencil.lineTo(x + 0.01, y); // a line of no length has no ink, and a tap is a dot
}

// --- The pen -------------------------------------------------------------------------------------

let pen = null; // while it is down: which pointer, where, its gesture, the stroke it is laying

function penDown(event) {
  hideKeyPen();
  if (!event.isPrimary || event.button !== 0 || isPalm(event)) return;
  if (pen?.type === "touch" && event.pointerType === "pen") takeBackPalm();
  if (pen || isFull()) return;
  putDown(event.pointerId, event.pointerType, rounded(pointOf(event)));
  canvas.setPointerCapture(event.pointerId); // moves outside the canvas come here too
}

function putDown(pointer, type, at) {
  pen = { pointer, type, at, gesture: [], stroke: null };
  replaceDrawing([...gestures, pen.gesture]);
  penTo(at);
  changed();
}

let penSeen = -Infinity; // when a pen was last near the screen, on it or above it

function notePen({ pointerType, timeStamp }) {
  if (pointerType === "pen") penSeen = timeStamp;
}

// The hand that holds the pen touches the screen as well: before the pen, or between two strokes.
function isPalm({ pointerType, timeStamp }) {
  return pointerType === "touch" && timeStamp - penSeen < PALM_MS;
}

function takeBackPalm() {
  pen = null;
  gestures = past.pop();
}

function penMove(event) {
  if (event.pointerId !== pen?.pointer || isFull()) return;
  const samples = event.getCoalescedEvents?.() ?? [];
  for (const sample of samples.length ? samples : [event]) penTo(pointOf(sample));
  changed();
}

function penUp(event) {
  if (event.pointerId !== pen?.pointer) return;
  pen = null;
  store();
}

// --- The pen by keys -----------------------------------------------------------------------------
// Arrow keys move it, Home, End and the page keys do so aslant, space lowers and lifts it.

const KEYS = "keys"; // in the place of a pointer
const WAYS = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
  ...{ Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1] },
};

let keyPen = [SIDE / 2, SIDE / 2]; // where it is
let speaking = null;

function canvasKeyDown(event) {
  const way = WAYS[event.key];
  if ((!way && event.key !== " ") || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (pen && pen.pointer !== KEYS) return;
  if (way) moveKeyPen(way);
  else if (!event.repeat) toggleKeyPen();
  showKeyPen();
}

function moveKeyPen(way) {
  keyPen = rounded(keyPen.map((value, axis) => value + KEY_STEP * way[axis]));
  if (pen && !isFull()) {
    penTo(keyPen);
    changed();
  }
  const [across, down] = keyPen.map((value) => Math.round(value / 10));
  clearTimeout(speaking);
  speaking = setTimeout(() => announce(say("canvas.pen_at", { across, down })), SPEECH_DELAY_MS);
}

function toggleKeyPen() {
  if (!pen && !isFull()) {
    putDown(KEYS, KEYS, keyPen);
    announce(say("canvas.pen_down"));
  } else {
    liftKeyPen();
    announce(say("canvas.pen_up"));
  }
}

function liftKeyPen() {
  if (pen?.pointer !== KEYS) return;
  pen = null;
  store();
  showKeyPen();
}

function showKeyPen() {
  const mark = find("key-pen");
  mark.hidden = false;
  mark.classList.toggle("down", pen?.pointer === KEYS);
  mark.style.left = keyPen[0] / 10 + "%";
  mark.style.top = keyPen[1] / 10 + "%";
}

function hideKeyPen() {
  liftKeyPen();
  find("key-pen").hidden = true;
}

function announce(words) {
  clearTimeout(speaking);
  write(find("pen-said"), words);
}

// Lay ink from where the pen is to the new point, only where that way is on the canvas.
function penTo(point) {
  const way = clipped(pen.at, point);
  pen.at = point;
  if (way) {
    const [start, end] = way.map(rounded);
    if (!pen.stroke) pen.gesture.push((pen.stroke = [start]));
    const [lastX, lastY] = pen.stroke[pen.stroke.length - 1];
    if (Math.hypot(end[0] - lastX, end[1] - lastY) >= SPACING) pen.stroke.push(end);
  }
  if (point.some((value) => value < 0 || value > SIDE)) pen.stroke = null;
}

function pointOf(event) {
  const box = canvas.getBoundingClientRect();
  return [
    ((event.clientX - box.left) / box.width) * SIDE,
    ((event.clientY - box.top) / box.height) * SIDE,
  ];
}

function rounded(point) {
  return point.map((value) => Math.round(Math.min(Math.max(value, 0), SIDE) * 10) / 10);
}

// The part of a segment inside the square, or null (the algorithm of Liang and Barsky).
function clipped(from, to) {
  let [enter, leave] = [0, 1]; // as fractions of the segment
  for (const axis of [0, 1]) {
    const length = to[axis] - from[axis];
    const edges = [-from[axis], SIDE - from[axis]];
    if (length === 0 && edges[0] <= 0 && edges[1] >= 0) continue;
    const crossings = edges.map((edge) => edge / length);
    enter = Math.max(enter, Math.min(...crossings));
    leave = Math.min(leave, Math.max(...crossings));
  }
  if (!(enter < leave)) return null;
  return [enter, leave].map((part) => from.map((value, i) => value + part * (to[i] - value)));
}

// --- The controls --------------------------------------------------------------------------------

function undo() {
  liftKeyPen();
  if (pen || past.length === 0 || !props.drawable) return;
  if (hasPicture) removePicture();
  gestures = past.pop();
  if (counted.has(gestures)) {
    report("recalled", counted.get(gestures));
    counted.delete(gestures);
  }
  store();
  changed();
}

function clear() {
  liftKeyPen();
  if (pen || (strokesNow().length === 0 && !hasPicture)) return;
  if (hasPicture) removePicture();
  else replaceDrawing([]); // so that undo brings the drawing back
  store();
  changed();
}

// To the server, which counts the drawing or no longer does, and to what keeps it in this browser.
function report(what, label) {
  const drawing = { label, strokes: strokesNow() };
  trigger(what, drawing);
  document.dispatchEvent(new CustomEvent("mnist:" + what, { detail: drawing }));
}

// The drawing with the digit it was goes to the server, and makes room for the next one.
function labelled(event) {
  liftKeyPen();
  if (pen || gestures.length === 0) return;
  report("labelled", event.detail.label);
  counted.set(gestures, event.detail.label); // undo takes the count back as well
  clear();
  canvas.focus({ preventScroll: true }); // the button that was pressed can be pressed no more
}

function tryExample(digit) {
  liftKeyPen();
  if (pen) return;
  if (hasPicture) removePicture();
  replaceDrawing(EXAMPLES[digit].map((stroke) => [stroke]));
  store();
  changed();
}

function newExample(digit) {
  const button = copyOf(find("examples").querySelector("template"));
  button.dataset.digit = digit;
  button.addEventListener("click", () => tryExample(digit));
  find("examples").append(button);
  return button;
}

const examples = [4, 9, 7].map(newExample);

function nameExamples() {
  for (const button of examples) {
    const { digit } = button.dataset;
    write(button, digit);
    button.setAttribute("aria-label", say("canvas.example", { digit }));
  }
}

function keyDown(event) {
  const isVisible = canvas.getClientRects().length > 0;
  if (!isVisible || isTyping(event.composedPath()[0])) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.shiftKey && event.key.toLowerCase() === "z") undo();
  else if (!command && ["Delete", "Backspace"].includes(event.key)) clear();
  else return;
  event.preventDefault();
}

function showState() {
  const { drawable } = props;
  const hasInk = strokesNow().length > 0;
  find("drawing").classList.toggle("covered", hasPicture);
  find("drawing").classList.toggle("undrawable", !drawable);
  find("hint").hidden = hasInk || hasPicture;
  write(find("hint"), drawable ? say("canvas.hint") : say("canvas.hint_picture"));
  find("undo").disabled = past.length === 0;
  find("undo").hidden = !drawable;
  find("examples").hidden = drawable !== "digits";
  canvas.setAttribute("aria-label", drawable === "classes" ? say("canvas.title_class") : say("canvas.title"));
  find("clear").disabled = !hasInk && !hasPicture;
  find("help").hidden = isFull() || hasPicture || !drawable;
  find("picture-help").hidden = !hasPicture || testImage !== null;
  write(find("picture-help"), drawable ? say("canvas.picture_help") : say("canvas.photo_help"));
  find("test-help").hidden = !hasPicture || testImage === null;
  if (testImage) write(find("test-help"), testImageInWords());
  find("full").hidden = !isFull();
}

function testImageInWords() {
  return props.drawable ? say("canvas.test_image", testImage) : say("canvas.test_image_pressed", testImage);
}

// --- The sending ---------------------------------------------------------------------------------
// One sending is under way at a time, and the next one takes the newest drawing: answers never queue
// up behind each other, however slow the server is, and the last drawing is always read.

// A class of its own for the value: Gradio walks plain objects number by number, several times for
// each event, and clones anything else in one go. That is ten milliseconds of a long drawing.
class Drawing {
  constructor(seq, strokes) {
    this.seq = seq;
    this.strokes = strokes.map((stroke) => stroke.slice()); // the pen goes on, this does not
  }
}

let seq = 0; // of the newest sending
let unsent = gestures.length > 0; // a drawing that survived a reload is read again
let waiting = null; // the timer of the sending under way
let answerTimeout = ANSWER_TIMEOUT_MS;
let sentThisFrame = false;

function changed() {
  unsent = true;
  send(); // before painting: the server reads while the browser paints
  showState();
  paintSoon();
}

function send() {
  if (!unsent || waiting || sentThisFrame || hasPicture) return;
  unsent = false;
  waiting = setTimeout(giveUp, answerTimeout);
  sentThisFrame = true;
  requestAnimationFrame(() => {
    sentThisFrame = false;
    send();
  });
  // The clock, so that it goes on growing when this component is mounted again.
  seq = Math.max(seq + 1, Date.now());
  props.value = new Drawing(seq, strokesNow());
  trigger("input");
}

function answered(event) {
  if (event.detail.seq !== seq) return;
  clearTimeout(waiting);
  waiting = null;
  answerTimeout = ANSWER_TIMEOUT_MS;
  send();
}

function giveUp() {
  if (!element.isConnected) return life.abort();
  waiting = null;
  answerTimeout = Math.min(2 * answerTimeout, MAX_ANSWER_TIMEOUT_MS); // the server may be gone: ask ever more rarely
  document.dispatchEvent(new CustomEvent("mnist:waiting", { detail: { seq } }));
  unsent = true;
  send();
}

// --- The page around it --------------------------------------------------------------------------

function watchDensity() {
  const density = matchMedia("(resolution: " + devicePixelRatio + "dppx)");
  const moved = () => (paintSoon(), watchDensity()); // zoomed, or dragged to another screen
  density.addEventListener("change", moved, { once: true, signal: life.signal });
}

canvas.addEventListener("pointerdown", penDown);
for (const type of ["pointerdown", "pointermove", "pointerup"])
  canvas.addEventListener(type, notePen);
canvas.addEventListener("keydown", canvasKeyDown);
canvas.addEventListener("focus", () => canvas.matches(":focus-visible") && showKeyPen());
canvas.addEventListener("blur", hideKeyPen);
canvas.addEventListener(PEN_MOVES, penMove);
canvas.addEventListener("pointerup", penUp);
canvas.addEventListener("pointercancel", penUp);
canvas.addEventListener("lostpointercapture", penUp);
canvas.addEventListener("contextmenu", (event) => pen && event.preventDefault()); // a long press
find("undo").addEventListener("click", undo);
find("clear").addEventListener("click", clear);
find("read-picture").addEventListener("click", () => {
  document.dispatchEvent(new CustomEvent("mnist:choose-picture"));
});
onPage(document, "keydown", keyDown);
onPage(document, "mnist:read", answered);
onPage(document, "mnist:label", labelled);
onPage(document, "mnist:picture", makeRoom);
onPage(document, "mnist:draw", (event) => takeOver(event.detail));
onPage(document, "mnist:tell-strokes", (event) => event.detail(strokesNow()));

// What changes size or colour of the ink: layout, screen density, the scheme, the theme's class.
watchDensity();
onPage(matchMedia("(prefers-color-scheme: dark)"), "change", paintSoon);
new ResizeObserver(paintSoon).observe(canvas);
const theme = new MutationObserver(paintSoon);
theme.observe(document.body, { attributeFilter: ["class"] });
life.signal.addEventListener("abort", () => theme.disconnect());

// Who reads has changed, or has learned more. Where nothing is drawn it is asked all the same if it is
// another: it says what it wants to be given.
let reader = "";

function readerChanged() {
  const before = reader;
  [reader] = props.classifier.split(" ");
  const isAnother = before !== "" && before !== reader;
  showState();
  paintSoon();
  if (strokesNow().length === 0 && !isAnother && props.drawable) return;
  unsent = true;
  send();
}

watch("classifier", readerChanged);
watch("drawable", readerChanged);

watch("text", () => (nameExamples(), showState()));

nameExamples();
showState();
paint();
send();
