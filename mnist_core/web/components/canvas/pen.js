// The pen: a mouse, a finger or a stylus; what it lays goes into the drawing.

const SPACING = 2; // points closer than this to the one before add nothing
const PALM_MS = 500; // ms after a sign of the pen in which a touch is the hand that holds it

// The raw event comes when the pen moves, the ordinary one only before the next frame: 10 ms later.
// Browsers without it, or on pages without https, have the ordinary one.
const PEN_MOVES = "onpointerrawupdate" in window ? "pointerrawupdate" : "pointermove";

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
