// The sending of the drawing to the server.
//
// One sending is under way at a time, and the next one takes the newest drawing: answers never queue
// up behind each other, however slow the server is, and the last drawing is always read.

const ANSWER_TIMEOUT_MS = 2000; // ms without an answer after which a sending counts as lost
const MAX_ANSWER_TIMEOUT_MS = 30000;

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
