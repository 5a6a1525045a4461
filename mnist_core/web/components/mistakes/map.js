// The hidden layer as a map: test images as small pictures on two fixed axes.

const map = find("map");
const sheet = map.querySelector("canvas");
const brushBox = map.querySelector(".brush");
const INK = ["#e11d48", "#2563eb", "#059669", "#d97706", "#7c3aed", "#0891b2", "#be185d", "#4d7c0f", "#b45309", "#475569"];
const PAPER = ["#fb7185", "#60a5fa", "#34d399", "#fbbf24", "#a78bfa", "#22d3ee", "#f472b6", "#a3e635", "#fdba74", "#cbd5e1"];
const MARGIN = 0.04; // around the outermost images, as a share of the map
const PICTURE = 18; // CSS pixels, the side of a small picture
const BRUSHED_AT_ONCE = 60;

let hidden = null; // the answer that is drawn
let sprite = null; // the thousand images, which are the same for every network of a data set
let spriteOf = ""; // which data set that is
let mapAsked = ""; // the network and its weights that were asked for
let maps = Date.now();
let brush = null; // [left, top, right, bottom] as shares of the map
let brushed = []; // the entries inside it
let pen = null; // where a drag of the brush began

function askMap() {
  if (!shown || shown.problem) return;
  mapAsked = shown.network + " " + shown.edition;
  trigger("draw_map", { seq: ++maps, network: shown.network, with_images: spriteOf !== shown.data_set });
}

// What is shown of another data set says nothing of this one.
function forgetMap() {
  hidden = brush = null;
  brushBox.hidden = true;
  sheet.getContext("2d").clearRect(0, 0, sheet.width, sheet.height);
  find("brushed").querySelector("h2").textContent = "";
  find("brushed").querySelector(".tiles").replaceChildren();
}

async function mapHeard() {
  const answer = props.hidden ? JSON.parse(props.hidden) : null;
  if (!answer || answer.seq !== maps) return;
  if (answer.problem) return write(find("map-note"), answer.problem);
  if (answer.sprite) {
    sprite = await decodeSprite(answer.sprite, answer.side);
    spriteOf = answer.data_set;
  }
  if (answer.data_set !== spriteOf || answer.data_set !== shown.data_set) return; // overtaken
  hidden = answer;
  hidden.entries = answer.labels.map((label, number) => ({
    place: number,
    label,
    digit: answer.digits[number],
    confidence: answer.confidences[number],
    sheet: sprite,
    number,
  }));
  layOut();
  drawMap();
  fillMapTable();
  if (brush) showBrush();
}

// From the axes' own numbers to shares of the map; up is more.
function layOut() {
  const points = hidden.drawing ? [...hidden.points, hidden.drawing.place] : hidden.points;
  const ends = [0, 1].map((axis) => {
    const values = points.map((point) => point[axis]);
    return [Math.min(...values), Math.max(...values)];
  });
  const share = (value, [low, high]) => MARGIN + ((1 - 2 * MARGIN) * (value - low)) / Math.max(high - low, 1e-9);
  hidden.place = ([x, y]) => [share(x, ends[0]), 1 - share(y, ends[1])];
  hidden.shown = hidden.points.map(hidden.place);
}

function drawMap() {
  if (!hidden || map.clientWidth === 0) return;
  const [width, height] = [map.clientWidth, map.clientHeight].map((side) => Math.round(side * devicePixelRatio));
  if (sheet.width !== width || sheet.height !== height) Object.assign(sheet, { width, height });
  const pencil = sheet.getContext("2d");
  const side = Math.round(PICTURE * devicePixelRatio);
  const isColoured = hidden.channels > 1; // such pictures stay as they are, each in its class's frame
  const colors = colorsNow();
  const tinted = isColoured ? sprite.image : tint(colors);
  const at = ([x, y]) => [Math.round(x * width - side / 2), Math.round(y * height - side / 2)];
  pencil.clearRect(0, 0, width, height);
  const ink = getComputedStyle(map).color;
  // What is misread comes last, so that nothing lies over it, and is framed.
  const order = [...hidden.entries].sort((one, other) => isWrong(one) - isWrong(other));
  for (const entry of order) {
    const [x, y] = at(hidden.shown[entry.number]);
    pencil.drawImage(tinted, ...cornerOf(entry), sprite.side, sprite.side, x, y, side, side);
    if (isColoured) frame(colors[entry.label % colors.length], 2);
    if (isWrong(entry)) frame(ink, 1);
    function frame(color, width) {
      pencil.strokeStyle = color;
      pencil.lineWidth = width * devicePixelRatio;
      pencil.strokeRect(x, y, side, side);
    }
  }
  if (hidden.drawing) drawDrawing(pencil, hidden.place(hidden.drawing.place), width, height);
}

function isWrong({ label, digit }) {
  return label !== digit;
}

// Of the classes; where there are more than ten, some share one.
function colorsNow() {
  return document.body.classList.contains("dark") ? PAPER : INK;
}

// Ink in the colour of its class, and no paper, so that pictures may overlap.
function tint(colors) {
  const parts = colors.map((color) => [1, 3, 5].map((place) => parseInt(color.slice(place, place + 2), 16)));
  const { image, side } = sprite;
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const pencil = canvas.getContext("2d");
  pencil.drawImage(image, 0, 0);
  const pixels = pencil.getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < pixels.data.length; i += 4) {
    const pixel = i / 4;
    const column = Math.floor((pixel % canvas.width) / side);
    const row = Math.floor(pixel / canvas.width / side);
    const ink = pixels.data[i];
    const color = parts[(hidden.labels[row * COLUMNS + column] ?? 0) % parts.length];
    pixels.data.set([...color, ink], i);
  }
  pencil.putImageData(pixels, 0, 0);
  return canvas;
}

// Twice as large as the others, in a frame: as the network is given it.
function drawDrawing(pencil, [x, y], width, height) {
  const side = Math.round(2 * PICTURE * devicePixelRatio);
  const canvas = document.createElement("canvas");
  paintPixels(canvas, hidden.drawing.image, sprite.side, hidden.channels);
  const [left, top] = [x * width - side / 2, y * height - side / 2];
  pencil.drawImage(canvas, left, top, side, side);
  pencil.lineWidth = 3 * devicePixelRatio;
  pencil.strokeStyle = getComputedStyle(map).getPropertyValue("--color-accent");
  pencil.strokeRect(left, top, side, side);
}

// --- The brush -------------------------------------------------------------------------------------

function shareAt(event) {
  const box = map.getBoundingClientRect();
  const shares = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  return shares.map((share) => Math.min(Math.max(share, 0), 1));
}

function brushTo(one, other) {
  const [left, right] = [one[0], other[0]].sort((a, b) => a - b);
  const [top, bottom] = [one[1], other[1]].sort((a, b) => a - b);
  brush = [left, top, right, bottom];
  markBrush();
}

function markBrush() {
  const [left, top, right, bottom] = brush.map((share) => 100 * share);
  brushBox.hidden = false;
  Object.assign(brushBox.style, { left: left + "%", top: top + "%", width: right - left + "%", height: bottom - top + "%" });
}

function showBrush() {
  const [left, top, right, bottom] = brush;
  const isInside = ([x, y]) => x >= left && x <= right && y >= top && y <= bottom;
  brushed = hidden.entries.filter(({ number }) => isInside(hidden.shown[number]));
  brushed.sort((one, other) => isWrong(other) - isWrong(one)); // what is misread comes first
  const count = brushed.length;
  map.dataset.brushed = count;
  write(find("brushed").querySelector("h2"), say("misread.brushed", { count, wrong: brushed.filter(isWrong).length }));
  showBrushed(BRUSHED_AT_ONCE);
}

function showBrushed(count) {
  const box = find("brushed");
  const more = box.querySelector(".more");
  const before = count - BRUSHED_AT_ONCE;
  showTiles(box.querySelector(".tiles"), brushed.slice(before, count), { isMore: before > 0 });
  more.hidden = brushed.length <= count;
  write(more, say("misread.more", { count: brushed.length - count }));
  more.onclick = () => showBrushed(count + BRUSHED_AT_ONCE);
}

map.addEventListener("pointerdown", (event) => {
  if (!hidden || !event.isPrimary || event.button !== 0) return;
  pen = shareAt(event);
  map.setPointerCapture(event.pointerId);
  brushTo(pen, pen);
});
map.addEventListener("pointermove", (event) => pen && brushTo(pen, shareAt(event)));
map.addEventListener("pointerup", (event) => {
  if (!pen) return;
  const [from, to] = [pen, shareAt(event)];
  pen = null;
  const isTap = Math.hypot(to[0] - from[0], to[1] - from[1]) < 0.02;
  const around = (share, sign) => share + sign * 0.05;
  if (isTap) brushTo(to.map((share) => around(share, -1)), to.map((share) => around(share, 1)));
  showBrush();
});
map.addEventListener("pointercancel", () => (pen = null));

// Arrow keys move the brush, plus and minus make it larger and smaller.
map.addEventListener("keydown", (event) => {
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const grows = { "+": 1, "=": 1, "-": -1 };
  const [move, grow] = [moves[event.key], grows[event.key]];
  if (!hidden || (!move && !grow && event.key !== "Enter")) return;
  event.preventDefault();
  brush ??= [0.4, 0.4, 0.6, 0.6];
  if (move) moveBrush(...move);
  if (grow) growBrush(grow);
  markBrush();
  showBrush();
});

function moveBrush(right, down) {
  const step = (low, high, sign) => Math.min(Math.max(0.05 * sign, -low), 1 - high);
  const [x, y] = [step(brush[0], brush[2], right), step(brush[1], brush[3], down)];
  brush = [brush[0] + x, brush[1] + y, brush[2] + x, brush[3] + y];
}

function growBrush(sign) {
  const [left, top, right, bottom] = brush;
  const isSmall = Math.min(right - left, bottom - top) < 0.06;
  if (sign < 0 && isSmall) return;
  const edges = [left - 0.02 * sign, top - 0.02 * sign, right + 0.02 * sign, bottom + 0.02 * sign];
  brush = edges.map((edge) => Math.min(Math.max(edge, 0), 1));
}

// --- In words --------------------------------------------------------------------------------------

function sayMap() {
  if (!hidden) return;
  const [first, second] = hidden.shares.map((share) => percent(share));
  const count = hidden.points.length.toLocaleString("en");
  write(find("map-note"), say("misread.map_note", { count, first, second, both: percent(sum(hidden.shares)) }));
  write(find("map-drawing"), sayDrawing(hidden));
}

function sayDrawing({ drawing }) {
  const digit = drawing && mentioned(drawing.digit);
  if (shown.can_draw) return drawing ? say("misread.map_drawing", { digit }) : say("misread.map_no_drawing");
  return drawing ? say("misread.map_picture", { digit }) : say("misread.map_no_picture");
}

function fillMapTable() {
  sayMap();
  find("map-table").tBodies[0].replaceChildren();
  for (let digit = 0; digit < shown.confusion.length; digit++) {
    const own = hidden.entries.filter(({ label }) => label === digit);
    const mean = (axis) => sum(own.map(({ number }) => hidden.points[number][axis])) / Math.max(own.length, 1);
    newRow("map-table", called(digit), own.length, mean(0).toFixed(1), mean(1).toFixed(1), own.filter(isWrong).length);
  }
}
