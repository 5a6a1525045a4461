// The pen by keys: arrow keys move it, Home, End and the page keys do so aslant, space lowers and
// lifts it.

const KEY_STEP = 40; // about what one of the 28 pixels is
const SPEECH_DELAY_MS = 600; // ms of rest before it is said where the pen by keys is
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
