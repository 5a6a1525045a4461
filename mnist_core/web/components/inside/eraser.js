// The view Why: a part or a stroke of the drawing is taken away, and the number follows.

let isRubbing = false;
let strokes = []; // of the drawing, each an image, as bytes
const taken = new Set(); // which of them are taken away
let isHeld = false; // the question is kept as it is while the answer to it changes

function rubAt(event) {
  if (!isRubbing || !shown?.image) return;
  const box = evidence.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * SIDE;
  const y = ((event.clientY - box.top) / box.height) * SIDE;
  rub(x, y);
}

function rub(x, y) {
  rubbed ??= toBytes(shown.image);
  for (let i = 0; i < rubbed.length; i++) {
    const [row, column] = [Math.floor(i / SIDE) + 0.5, (i % SIDE) + 0.5];
    if (Math.hypot(column - x, row - y) <= RUBBER) rubbed[i] = 0;
  }
  const pencil = evidence.getContext("2d"); // at once; the colours follow with the answer
  pencil.fillStyle = "rgb(" + colors().zero + ")";
  pencil.beginPath();
  pencil.arc(x, y, RUBBER, 0, 2 * Math.PI);
  pencil.fill();
  isExample = false;
  changed();
}

// Where the drawing has several strokes: a button for each. What was rubbed out comes back with it.
function offerStrokes(answer) {
  const isThis = answer.image === read && !isExample;
  strokes = isThis ? answer.strokes.map(toBytes) : [];
  taken.clear();
  find("strokes").replaceChildren(...strokes.map(newStroke));
}

function newStroke(ink, number) {
  const button = textOf("button", "", "plain");
  const canvas = document.createElement("canvas");
  canvas.className = "ink";
  paintPixels(canvas, toBase64(ink), SIDE);
  button.type = "button";
  button.setAttribute("aria-pressed", false);
  button.append(canvas, textOf("span", say("inside.stroke", { number: number + 1 })));
  button.addEventListener("click", () => {
    if (!taken.delete(number)) taken.add(number);
    button.setAttribute("aria-pressed", taken.has(number));
    if (taken.size) takeAway();
    else restore();
  });
  return button;
}

// The pen's ink is a maximum over the strokes, so it is one over those that stay.
function takeAway() {
  const stay = strokes.filter((_, number) => !taken.has(number));
  rubbed = new Uint8Array(SIDE * SIDE).map((_, i) => Math.max(0, ...stay.map((ink) => ink[i])));
  changed();
}

function forgetStrokes() {
  taken.clear();
  for (const button of find("strokes").children) button.setAttribute("aria-pressed", false);
}

function restore() {
  forgetStrokes();
  rubbed = null;
  isExample = false;
  if (isHeld) Object.assign(compared, { digit: null, against: null });
  isHeld = false;
  changed();
}

function showRubbed(answer) {
  find("restore").hidden = !rubbed;
  write(find("rubbed"), "");
  if (!rubbed) {
    whole = answer;
    return;
  }
  if (!whole || whole.network !== answer.network) return restore();
  if (whole.explained !== answer.explained || whole.against !== answer.against) {
    isHeld = true;
    Object.assign(compared, { digit: whole.explained, against: whole.against });
    return changed();
  }
  const share = probable(answer.probabilities[answer.digit]);
  const facts = { before: plain(whole.parts.score), after: plain(answer.parts.score), share };
  write(find("rubbed"), say("inside.rubbed", { ...facts, digit: called(answer.digit) }));
  speakSoon(find("rubbed").textContent);
}

function compareReadings(readings) {
  const [second, first] = readings; // the CNN, then the article's
  if (!first) return "";
  const facts = { digit: second.digit, share: percent(second.share, 0) };
  const says = second.sure ? say("inside.example_sure", facts) : say("inside.example_unsure", facts);
  return say("inside.example_note", {
    first: first.network,
    first_digit: first.digit,
    first_share: probable(first.share),
    second: second.network,
    second_says: says,
  });
}
