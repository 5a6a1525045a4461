// What the network was, from the beginning on. The moments of the run that is shown are fetched once
// and kept here, so that going through them asks nobody.
//
// props.value is what this page asks, { look }, or what it is told, { told } (see __init__.py).

const panel = find("scrubber");
const slider = find("moment");
const FIRST_LAYER_COLUMNS = 8; // tiles in a row
const FULL_COLOR = 0.5; // of the largest weight, from which on the colour is full: few are as large
const GAP = 1; // pixels of the picture between two tiles
const READING_HEIGHT = 5.2; // rem of a bar of 100%
const ANSWER_TIMEOUT_MS = 8000; // ms without an answer after which a question counts as lost
const PLUS = [37, 99, 235]; // blue and red, which nobody mistakes for each other
const MINUS = [220, 38, 38];

let run = ""; // whose moments these are
let there = 0; // how many there are on the server
let weighed = 0; // how many of them keep weights there
let moments = []; // those that have come: { images, batches, epoch, tested, accuracy, counts, tiles, side }
let classes = [..."0123456789"]; // what the run tells apart, in words
let isNamed = false; // whether those are names, and no digits
let canDraw = true; // whether they can be drawn
let readings = []; // of each, the probabilities of the drawing, or null
let readAt = ""; // what they are of: the drawing, and how many moments there were
let drawing = "unknown"; // the newest drawing that was read here, in base64
let isDrawn = false; // whether the server has one
let at = 0; // which moment is shown
let follows = true; // whether that is the newest, and stays so
let waiting = null; // the timer of the question under way
let frames = 0;

// --- What there is, and what has come -------------------------------------------------------------

function told(text) {
  if (!text) return;
  const news = JSON.parse(text);
  if (!news) return;
  if (typeof news.moments === "number") seen(news);
  else found(news);
  fetchMore();
}

function seen(news) {
  if (news.run !== run) {
    run = news.run;
    [moments, readings, readAt, at, follows] = [[], [], "", 0, true];
  }
  there = news.moments;
  weighed = news.weighed;
  isNamed = Boolean(news.classes);
  classes = news.classes ?? [..."0123456789"];
  canDraw = news.can_draw;
  makeTable();
  makeBars();
  show();
}

function found(answer) {
  clearTimeout(waiting);
  waiting = null;
  if (answer.run !== run) return;
  if (answer.readings) [readings, isDrawn] = [answer.readings, answer.is_drawn];
  else if (answer.start === moments.length) moments.push(...answer.moments.map(unpack));
  show();
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function unpack(moment) {
  const counts = new Uint16Array(bytesOf(moment.confusion).buffer);
  return { ...moment, counts, tiles: new Int8Array(bytesOf(moment.tiles).buffer) };
}

// Ask for what is missing, one question at a time, where somebody sees it.
function fetchMore() {
  if (waiting || !run || panel.parentElement.getClientRects().length === 0) return;
  if (moments.length < there) return ask({ run, start: moments.length });
  const wanted = [drawing, moments.length, weighed].join(" ");
  if (wanted === readAt || !moments.length) return;
  readAt = wanted;
  ask({ run, drawing: true });
}

function ask(look) {
  waiting = setTimeout(() => {
    waiting = null;
    readAt = "";
    fetchMore();
  }, ANSWER_TIMEOUT_MS);
  props.value = { look: JSON.stringify(look) };
  trigger("input");
}

// --- What is shown --------------------------------------------------------------------------------

function show() {
  panel.hidden = moments.length === 0;
  panel.dataset.moments = moments.length;
  panel.dataset.read = readings.filter(Boolean).length;
  if (!moments.length) return;
  slider.max = moments.length - 1;
  write(find("moment-name"), say("scrubber.moment", { epochs: moments.at(-1).epoch ?? "1" }));
  if (follows) at = moments.length - 1;
  slider.value = at;
  showMoment();
}

function showMoment() {
  const moment = moments[at];
  panel.dataset.at = at;
  panel.dataset.epoch = moment.epoch ?? "";
  panel.dataset.frames = ++frames;
  const facts = { epoch: moment.epoch, images: moment.images.toLocaleString("en"), accuracy: percent(moment.accuracy) };
  write(find("moment-words"), describe(moment, facts));
  slider.setAttribute("aria-valuetext", find("moment-words").textContent);
  showTiles(latest(moments, (other) => other.tiles.length));
  showConfusion(moment);
  showReading(latest(readings, Boolean));
}

function describe(moment, facts) {
  if (moment.epoch === 0) return say("scrubber.beginning", facts);
  return moment.epoch === null ? say("scrubber.within", facts) : say("scrubber.epoch", facts);
}

// What was kept last, at this moment or before it: [value, moment].
function latest(values, isThere) {
  for (let i = at; i >= 0; i--) if (values[i] && isThere(values[i])) return [values[i], moments[i]];
  return [null, null];
}

function since(moment) {
  return moment === moments[at] ? "" : say("scrubber.from", { images: moment.images.toLocaleString("en") });
}

function showTiles([moment]) {
  const canvas = find("moment-tiles");
  canvas.hidden = !moment;
  if (!moment) return write(find("tiles-words"), say("scrubber.no_weights"));
  const { side, tiles, top } = moment;
  const count = tiles.length / (side * side);
  const columns = Math.min(count, FIRST_LAYER_COLUMNS);
  const width = columns * (side + GAP) - GAP;
  const height = Math.ceil(count / columns) * (side + GAP) - GAP;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const full = FULL_COLOR * Math.max(...moments.map((other) => other.top)); // one scale for all of them
  const picture = canvas.getContext("2d").createImageData(width, height);
  for (let tile = 0; tile < count; tile++)
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++) {
        const value = (tiles[(tile * side + row) * side + column] * top) / full / 127;
        const y = Math.floor(tile / columns) * (side + GAP) + row;
        const x = (tile % columns) * (side + GAP) + column;
        const color = value < 0 ? MINUS : PLUS;
        picture.data.set([...color, 255 * Math.min(Math.abs(value), 1)], 4 * (y * width + x));
      }
  canvas.getContext("2d").putImageData(picture, 0, 0);
  canvas.setAttribute("aria-label", say("scrubber.tiles", { count }));
  write(find("tiles-words"), since(moment) || say("scrubber.signs", { top: decimal(full, 2) }));
}

let cells = [];
let tableOf = ""; // the classes that it has room for

function makeTable() {
  if (tableOf === classes.join()) return;
  tableOf = classes.join();
  cells = [];
  const body = find("moment-confusion").querySelector("tbody");
  body.replaceChildren();
  find("moment-confusion").classList.toggle("named", isNamed);
  const head = body.insertRow();
  head.append(document.createElement("td"));
  for (const name of classes) head.append(heading(name, "col"));
  for (const name of classes) {
    const row = body.insertRow();
    row.append(heading(name, "row"));
    for (const _ of classes) cells.push(row.insertCell());
  }
}

function heading(name, scope) {
  const cell = document.createElement("th");
  cell.scope = scope;
  cell.textContent = name;
  if (isNamed) cell.title = name;
  return cell;
}

// Right and wrong have a scale each: the wrong ones are few, and what matters.
function showConfusion({ counts, tested }) {
  const isDiagonal = (i) => i % (classes.length + 1) === 0;
  if (counts.length !== cells.length) return; // of a run that is gone
  const wrong = counts.filter((_, i) => !isDiagonal(i));
  const most = { right: Math.max(1, ...counts), wrong: Math.max(1, ...wrong) };
  counts.forEach((count, i) => {
    const isRight = isDiagonal(i);
    const share = count / (isRight ? most.right : most.wrong);
    write(cells[i], count || "");
    cells[i].style.backgroundColor =
      "rgb(" + (isRight ? PLUS : MINUS).join(" ") + " / " + (0.6 * share).toFixed(3) + ")";
  });
  write(find("confusion-words"), say("scrubber.tested", { count: tested.toLocaleString("en") }));
}

let bars = [];
let barsOf = ""; // likewise

function makeBars() {
  if (barsOf === classes.join()) return;
  barsOf = classes.join();
  bars = classes.map(() => document.createElement("span"));
  const columns = classes.map((name, i) => {
    const column = document.createElement("span");
    column.className = "digit";
    bars[i].className = "bar";
    column.append(bars[i], isNamed ? "" : name);
    column.title = name;
    return column;
  });
  find("moment-reading").replaceChildren(...columns);
  find("moment-reading").style.setProperty("--classes", classes.length);
}

function showReading([probabilities, moment]) {
  find("moment-reading").hidden = !probabilities;
  if (!probabilities) {
    const none = canDraw ? say("scrubber.no_drawing") : say("scrubber.no_picture");
    return write(find("reading-words"), isDrawn ? say("scrubber.no_weights") : none);
  }
  if (probabilities.length !== bars.length) return;
  probabilities.forEach((probability, digit) => {
    bars[digit].style.height = (READING_HEIGHT * probability).toFixed(3) + "rem";
  });
  const best = probabilities.indexOf(Math.max(...probabilities));
  const words = say("scrubber.reads", { digit: isNamed ? classes[best] : named(best), probability: probable(probabilities[best]) });
  const place = since(moment);
  write(find("reading-words"), place ? words + " " + place : words);
}

// --- The page around it ---------------------------------------------------------------------------

slider.addEventListener("input", () => {
  find("moment-views").hidden = false; // once asked for: a laptop's screen has no room for all
  at = Number(slider.value);
  follows = at === moments.length - 1;
  showMoment();
  const { batches, epoch } = moments[at];
  document.dispatchEvent(new CustomEvent("mnist:moment", { detail: { batch: batches, epoch } }));
});
onPage(document, "mnist:read", (event) => {
  drawing = event.detail.image ?? "";
  fetchMore();
});
const sight = new ResizeObserver(fetchMore);
sight.observe(panel.parentElement);
life.signal.addEventListener("abort", () => sight.disconnect());

makeTable();
makeBars();
watch("value", () => told(props.value?.told));
watch("text", show);
told(props.value?.told);
