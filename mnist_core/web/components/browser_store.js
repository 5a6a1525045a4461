// What the visitor's own browser keeps from one visit to the next, if it lets us: the drawings that
// were labelled, as the file that "Save" writes, and what runs came to. Every tab of the page shares
// it. Anybody may have written what stands there: what we would not have written is passed over.

const DRAWINGS = "mnist-drawings";
const RESULTS = "mnist-results";
const MOST_LETTERS = 250_000; // of each of the two; beyond that the oldest make way

function isText(value, most) {
  return typeof value === "string" && value.length <= most;
}

function isShare(value) {
  return Number.isFinite(value) && value >= 0 && value <= 1;
}

function isDrawing(entry) {
  const isPoint = (point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite);
  const isStroke = (stroke) => Array.isArray(stroke) && stroke.every(isPoint);
  const isDigit = Number.isInteger(entry?.label) && entry.label >= 0 && entry.label <= 9;
  return isDigit && Array.isArray(entry.strokes) && entry.strokes.every(isStroke) && entry.strokes.flat().length > 0;
}

// A KeptResult (see keepsakes/__init__.py), and when it came.
function isResult(entry) {
  const isEpoch = (epoch) =>
    Number.isFinite(epoch?.loss) && isShare(epoch.accuracy) && (epoch.train_accuracy === null || isShare(epoch.train_accuracy));
  const isNamed = isText(entry?.id, 64) && Number.isSafeInteger(entry.number) && isText(entry.settings, 300);
  const isDated = Number.isFinite(entry?.at) && Array.isArray(entry.epochs);
  if (!isNamed || !isDated || entry.epochs.length > 100) return false;
  return entry.epochs.every(isEpoch) && (entry.epochs.length > 0 || entry.diverged === true);
}

const IS_OURS = { [DRAWINGS]: isDrawing, [RESULTS]: isResult };

function readKept(name) {
  try {
    const text = localStorage.getItem(name) ?? "[]";
    const entries = text.length <= MOST_LETTERS ? JSON.parse(text) : [];
    return Array.isArray(entries) ? entries.filter(IS_OURS[name]) : [];
  } catch {
    return []; // no storage, or nothing of ours
  }
}

// Keeps the newest entries that have room, the oldest first; false if the browser refuses.
function keep(name, entries) {
  const lines = [];
  let letters = 0;
  for (const line of entries.map((entry) => JSON.stringify(entry)).reverse()) {
    letters += line.length + 3; // and what parts it from the next
    if (letters > MOST_LETTERS - 3) break;
    lines.unshift(line);
  }
  try {
    if (lines.length) localStorage.setItem(name, "[\n" + lines.join(",\n") + "\n]\n");
    else localStorage.removeItem(name);
  } catch {
    return false;
  }
  document.dispatchEvent(new CustomEvent("mnist:kept"));
  return true;
}

// Calls `show` whenever what is kept has changed, be it in another tab.
function onKept(show) {
  onPage(document, "mnist:kept", show);
  onPage(window, "storage", ({ key }) => (key === null || key in IS_OURS) && show());
}
