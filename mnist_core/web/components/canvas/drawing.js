// The drawing, which outlives the page, and what undo goes back to.
//
// A point is [x, y] in thousandths of the canvas side; a stroke is a list of points; a gesture is
// the list of strokes laid from pen down to pen up, several when the pen left the canvas between.

const SIDE = 1000;
const MAX_POINTS = 5000; // far more than a digit needs, half of what the server takes
const MAX_UNDO = 100;
const STORE = "mnist-drawing";

let gestures = restored();
let past = gestures.map((_, count) => gestures.slice(0, count)); // what undo goes back to

function strokesNow() {
  return props.drawable ? gestures.flat() : []; // put aside where who reads has learned something else
}

function isFull() {
  return strokesNow().reduce((sum, stroke) => sum + stroke.length, 0) >= MAX_POINTS;
}

function replaceDrawing(next) {
  past = [...past, gestures].slice(-MAX_UNDO);
  gestures = next;
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
