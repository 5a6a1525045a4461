// The views below the drawing.
//
// Reading order: the views, the questions, pictures, inside, what was pressed, why, tables.
// props.value is what this page asks, { question } (see Question in __init__.py), or what the server
// answers, { answer }, made by tabs/inside.py and only ever written as text. Both, and the words, are
// texts of JSON: Gradio walks through all else leaf by leaf with every event, 15 ms of 80 words.

const words = JSON.parse(props.words);
const panel = find("views");
// Between two questions: the live reading goes first, and no more than one answer in twenty meets one.
const PAUSE_MS = 250;
const ANSWER_TIMEOUT_MS = 8000; // ms without an answer after which a question counts as lost
const SPEECH_DELAY_MS = 700; // ms without a change before what is shown is spoken
const SIDE = 28;

for (const node of element.querySelectorAll("[data-words]")) write(node, words[node.dataset.words]);
for (const node of element.querySelectorAll("[data-label]"))
  node.setAttribute("aria-label", words[node.dataset.label]);

function say(key, facts = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

// --- The views: one is open at a time, none to begin with ---------------------------------------------

// As wide as ever on screens below 1600 pixels, and half as wide again on larger ones.
const WIDE = "clamp(1120px, (100vw - 1599px) * 1000, 1560px)";
const switches = [...element.querySelectorAll("[data-open]")];

function open(view) {
  panel.dataset.view = panel.dataset.view === view ? "" : view;
  for (const button of switches)
    button.setAttribute("aria-expanded", button.dataset.open === panel.dataset.view);
  for (const part of element.querySelectorAll("[data-shows]"))
    part.hidden = part.dataset.shows !== panel.dataset.view;
  // The page makes room for it (see page.css), and shows the pipeline, which is beside this component.
  const tab = element.closest(".draw");
  if (tab) tab.dataset.view = panel.dataset.view;
  // Gradio puts a prefix before all selectors of a style sheet, so none can reach its own container.
  const room = panel.dataset.view ? WIDE : "";
  element.closest(".gradio-container")?.style.setProperty("max-width", room, "important");
  changed();
}

// --- The questions --------------------------------------------------------------------------------

let read = ""; // the image that was read last, in base64
let asked = ""; // the image of the question under way
let rubbed = null; // the same with a part rubbed out, as bytes; null if nothing is
let pressed = {}; // what was pressed inside: { layer, unit, row, column } or { score }
let isExample = false;
let isStale = true; // what is shown is not what there is
let waiting = null; // the timer of the question under way
let shown = null; // the last answer
let speaking = null;
let whole = null; // the last answer about a drawing of which nothing is rubbed out

function ask() {
  const view = panel.dataset.view;
  if (!isStale || waiting || (view !== "inside" && view !== "why")) return;
  if (panel.getClientRects().length === 0) return; // another tab is in sight
  isStale = false;
  waiting = setTimeout(lost, ANSWER_TIMEOUT_MS);
  const image = rubbed && view === "why" ? toBase64(rubbed) : read;
  asked = image;
  const question = { view, image, example: isExample && view === "why" };
  if (view === "inside") Object.assign(question, pressed);
  else Object.assign(question, { ...compared, path: find("path").checked });
  props.value = { question: JSON.stringify(question) };
  trigger("input");
}

function changed() {
  isStale = true;
  ask();
}

function lost() {
  waiting = null;
  changed();
}

function answered(text) {
  if (!text) return;
  clearTimeout(waiting);
  waiting = setTimeout(rested, PAUSE_MS);
  const answer = JSON.parse(text);
  panel.dataset.network = answer?.network ?? "";
  panel.dataset.digit = answer?.digit ?? "";
  if (!answer) return write(find("remark"), words.none);
  answer.image ??= asked; // the server sends only what this page has not
  shown = answer;
  if (answer.view === "inside") showInside(answer);
  else showWhy(answer);
}

function rested() {
  waiting = null;
  ask();
}

// The same image comes again when who reads it has changed; then what is rubbed out stays so.
function drawingRead(event) {
  const isSame = read === (event.detail.image ?? "");
  read = event.detail.image ?? "";
  if (!read) Object.assign(compared, { digit: null, against: null });
  if (isSame || !(rubbed || isExample)) changed();
  else restore();
}

function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

function toBytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

// --- Pictures -------------------------------------------------------------------------------------

const LIGHT = { zero: [247, 247, 247], more: [33, 102, 172], less: [178, 24, 43], off: "#94a3b8" };
const DARK = { zero: [30, 41, 59], more: [103, 169, 239], less: [244, 125, 103], off: "#64748b" };

function colors() {
  return document.body.classList.contains("dark") ? DARK : LIGHT;
}

// From red, against, over zero to blue, for; share is from -1 to 1.
function mixed(share) {
  const { zero, more, less } = colors();
  const end = share < 0 ? less : more;
  const part = Math.min(Math.abs(share), 1) ** 0.8;
  return zero.map((value, i) => Math.round(value + (end[i] - value) * part));
}

function numbersOf(picture, isSigned = true) {
  const bytes = toBytes(picture.bytes);
  return isSigned
    ? Array.from(new Int8Array(bytes.buffer), (value) => (value / 127) * picture.top)
    : Array.from(bytes, (value) => (value / 255) * picture.top);
}

// Squares of numbers side by side, one pixel apart; `top` is the end of the scale for all.
function paintTiles(canvas, numbers, { rows, columns, perLine = 1, top, isSigned = true }) {
  const size = rows * columns;
  const count = Math.max(1, Math.round(numbers.length / size));
  const across = Math.min(perLine, count);
  const width = across * (columns + 1) - 1;
  const height = Math.ceil(count / across) * (rows + 1) - 1;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const pencil = canvas.getContext("2d");
  const pixels = pencil.createImageData(width, height);
  for (let i = 0; i < numbers.length; i++) {
    const tile = Math.floor(i / size);
    const x = (tile % across) * (columns + 1) + (i % columns);
    const y = Math.floor(tile / across) * (rows + 1) + Math.floor((i % size) / columns);
    const share = top > 0 ? numbers[i] / top : 0;
    const color = isSigned ? mixed(share) : [255, 255, 255].map((value) => Math.round(value * share));
    pixels.data.set([...color, 255], 4 * (y * width + x));
  }
  pencil.putImageData(pixels, 0, 0);
}

function pictureOf(picture, label, perLine = 4) {
  const canvas = document.createElement("canvas");
  const [rows, columns] = picture.shape.slice(-2);
  paintTiles(canvas, numbersOf(picture), { rows, columns, perLine, top: picture.top });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  return canvas;
}

function figureOf(canvas, caption) {
  const figure = document.createElement("figure");
  figure.append(canvas, textOf("figcaption", caption));
  return figure;
}

function textOf(tag, text, className = "") {
  const node = document.createElement(tag);
  node.textContent = text;
  node.className = className;
  return node;
}

// Not in every frame, but when the pen rests.
function speakSoon(text) {
  clearTimeout(speaking);
  speaking = setTimeout(() => write(element.querySelector(".announcement"), text), SPEECH_DELAY_MS);
}

function signed(value, decimals = 2) {
  return (value < 0 ? "−" : "+") + Math.abs(value).toFixed(decimals);
}

function plain(value, decimals = 2) {
  return (value < 0 ? "−" : "") + Math.abs(value).toFixed(decimals);
}

// --- Inside ---------------------------------------------------------------------------------------

const CELLS_PER_LINE = 16;
const LINE_PIXELS = 112; // of feature maps side by side, more or less
const MARK = "#f59e0b"; // what is pressed, in pictures
const layersBox = element.querySelector(".layers");
const scoresBox = element.querySelector(".scores");
const scores = Array.from({ length: 10 }, (_, digit) => newScore(digit));
let layers = []; // the hidden layers in the page: { name, box, canvas, … }

function newScore(digit) {
  const button = copyOf(scoresBox.querySelector("template"));
  button.dataset.digit = digit;
  button.addEventListener("click", () => press({ score: digit }));
  scoresBox.append(button);
  return button;
}

function press(what) {
  pressed = JSON.stringify(what) === JSON.stringify(pressed) ? {} : what;
  changed();
}

function showInside(answer) {
  write(find("remark"), answer.isBlank ? words.blank : "");
  showShapes(answer);
  showImage(answer);
  const names = answer.layers.map(({ name, values }) => name + values.shape).join();
  if (layersBox.dataset.names !== names) buildLayers(answer.layers, names);
  answer.layers.forEach((layer, i) => showLayer(layers[i], layer));
  write(find("legend"), words.legend);
  showScores(answer);
  showChosen(answer);
  fillTables(answer);
}

function showImage({ image, chosen, kernels, layers: [{ source }] }) {
  const canvas = element.querySelector(".image canvas");
  paintPixels(canvas, image, SIDE);
  if (chosen?.isOnImage) {
    const pencil = canvas.getContext("2d");
    pencil.strokeStyle = MARK;
    pencil.lineWidth = 0.6;
    pencil.strokeRect(chosen.left, chosen.top, chosen.patch.shape[2], chosen.patch.shape[1]);
  }
  const box = find("kernels");
  box.hidden = !kernels;
  if (!kernels) return;
  const [count, rows, columns] = kernels.shape;
  const options = { rows, columns, perLine: 4, top: kernels.top };
  paintTiles(box.querySelector("canvas"), numbersOf(kernels), options);
  const caption = say("kernels", { source, all: count });
  box.querySelector("canvas").setAttribute("aria-label", caption);
  write(box.querySelector("figcaption"), caption);
}

function showShapes({ network, shapes }) {
  const texts = [];
  let last = "";
  for (const { title, shape } of shapes) {
    const text = "[" + shape.join(", ") + "]";
    texts.push(...(texts.length ? [title] : []), ...(text === last ? [] : [text]));
    last = text;
  }
  write(find("shapes"), [...texts, "softmax"].join(" → "));
  const parts = shapes.filter(({ parameters }) => parameters.length);
  const total = parts.flatMap(({ parameters }) => parameters).reduce((sum, count) => sum + count, 0);
  const facts = parts.map(({ title, parameters }) => title + " " + parameters.map(thousands).join(" + "));
  write(find("learned"), say("by", { network, total: thousands(total), parts: facts.join(" + ") }));
}

function thousands(count) {
  return count.toLocaleString("en");
}

function buildLayers(list, names) {
  layersBox.dataset.names = names;
  pressed = {};
  layersBox.replaceChildren();
  layers = list.map(({ name, values }) => {
    const box = textOf("figure", "", "layer");
    box.dataset.layer = name;
    const caption = textOf("figcaption", "");
    const canvas = document.createElement("canvas");
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "img");
    const layer = { name, box, caption, canvas, shape: values.shape, at: 0 };
    layer.isMaps = values.shape.length === 3;
    layer.perLine = Math.round(LINE_PIXELS / values.shape[2]);
    canvas.className = layer.isMaps ? "ink" : "cells";
    canvas.addEventListener("click", (event) => pressAt(layer, event));
    canvas.addEventListener("keydown", (event) => moveIn(layer, event));
    box.append(caption, canvas);
    layersBox.append(box);
    return layer;
  });
}

function showLayer(layer, { source, values, on, dead }) {
  const key = (layer.isMaps ? "maps" : "neurons") + (dead?.length ? "_dead" : "");
  const caption = say(key, { source, on, all: values.shape[0], dead: dead?.length });
  write(layer.caption, caption);
  layer.canvas.setAttribute("aria-label", caption);
  layer.numbers = numbersOf(values, false);
  layer.dead = new Set(dead ?? []);
  if (layer.isMaps) {
    const [, rows, columns] = values.shape;
    const options = { rows, columns, perLine: layer.perLine, top: values.top, isSigned: false };
    paintTiles(layer.canvas, layer.numbers, options);
    markPixel(layer);
  } else paintCells(layer, values.top);
}

function markPixel({ name, canvas, shape: [, rows, columns], perLine }) {
  if (pressed.layer !== name) return;
  const pencil = canvas.getContext("2d");
  const x = (pressed.unit % perLine) * (columns + 1) + pressed.column;
  const y = Math.floor(pressed.unit / perLine) * (rows + 1) + pressed.row;
  pencil.fillStyle = MARK;
  pencil.fillRect(x, y, 1, 1);
}

// On: filled, the more the stronger. Off: hollow. Never on: crossed.
function paintCells({ name, canvas, numbers, dead }, top) {
  const cell = 20;
  const lines = Math.ceil(numbers.length / CELLS_PER_LINE);
  if (canvas.width !== CELLS_PER_LINE * cell) canvas.width = CELLS_PER_LINE * cell;
  if (canvas.height !== lines * cell) canvas.height = lines * cell;
  const pencil = canvas.getContext("2d");
  pencil.clearRect(0, 0, canvas.width, canvas.height);
  numbers.forEach((value, unit) => {
    const x = (unit % CELLS_PER_LINE) * cell + 2;
    const y = Math.floor(unit / CELLS_PER_LINE) * cell + 2;
    const side = cell - 4;
    pencil.lineWidth = 1;
    pencil.strokeStyle = colors().off;
    if (value > 0) {
      pencil.fillStyle = "rgb(" + mixed(0.25 + (0.75 * value) / top) + ")";
      pencil.fillRect(x, y, side, side);
    } else pencil.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
    if (dead.has(unit)) {
      pencil.beginPath();
      pencil.moveTo(x + 3, y + 3);
      pencil.lineTo(x + side - 3, y + side - 3);
      pencil.moveTo(x + side - 3, y + 3);
      pencil.lineTo(x + 3, y + side - 3);
      pencil.stroke();
    }
    if (pressed.layer === name && pressed.unit === unit) {
      pencil.lineWidth = 3;
      pencil.strokeStyle = getComputedStyle(canvas).color;
      pencil.strokeRect(x - 0.5, y - 0.5, side + 1, side + 1);
    }
  });
}

function pressAt(layer, event) {
  const box = layer.canvas.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * layer.canvas.width;
  const y = ((event.clientY - box.top) / box.height) * layer.canvas.height;
  if (!layer.isMaps) {
    const cell = layer.canvas.width / CELLS_PER_LINE;
    pressUnit(layer, Math.floor(y / cell) * CELLS_PER_LINE + Math.floor(x / cell));
    return;
  }
  const [count, rows, columns] = layer.shape;
  const unit = Math.floor(y / (rows + 1)) * layer.perLine + Math.floor(x / (columns + 1));
  const [row, column] = [Math.floor(y) % (rows + 1), Math.floor(x) % (columns + 1)];
  if (unit < count && row < rows && column < columns)
    press({ layer: layer.name, unit, row, column });
}

function pressUnit(layer, unit) {
  if (unit < 0 || unit >= layer.shape[0]) return;
  layer.at = unit;
  press({ layer: layer.name, unit });
}

// With the arrow keys from neuron to neuron, or from pixel to pixel of a map.
function moveIn(layer, event) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const [down, right] = steps[event.key] ?? [];
  if (down === undefined) return;
  event.preventDefault();
  const isHere = pressed.layer === layer.name;
  if (!layer.isMaps)
    return pressUnit(layer, isHere ? pressed.unit + down * CELLS_PER_LINE + right : layer.at);
  const [count, rows, columns] = layer.shape;
  const at = isHere ? pressed : { unit: 0, row: rows >> 1, column: (columns >> 1) - right };
  const column = at.column + right;
  const unit = (at.unit + Math.floor(column / columns) + count) % count; // past the edge: the next map
  const row = Math.min(Math.max(at.row + down, 0), rows - 1);
  press({ layer: layer.name, unit, row, column: (column + columns) % columns });
}

function showScores({ scores: values, probabilities, digit }) {
  const top = Math.max(...values.map(Math.abs)) || 1;
  scores.forEach((button, i) => {
    const share = percent(probabilities[i], 1);
    const facts = { digit: i, score: plain(values[i]), share };
    button.setAttribute("aria-label", say("score_button", facts));
    button.setAttribute("aria-pressed", pressed.score === i);
    button.classList.toggle("winner", i === digit);
    write(button.querySelector(".name"), i);
    write(button.querySelector(".value"), plain(values[i], 1));
    write(button.querySelector(".share"), share);
    showBar(button.querySelector(".bar"), values[i] / top);
  });
}

// A bar that goes from the middle to the right, for, or to the left, against.
function showBar(bar, share) {
  bar.style.background = "rgb(" + mixed(share < 0 ? -1 : 1) + ")";
  bar.style.width = (50 * Math.abs(share)).toFixed(2) + "%";
  bar.style.left = (50 + Math.min(50 * share, 0)).toFixed(2) + "%";
}

// --- What was pressed -----------------------------------------------------------------------------

const chosenBox = find("chosen");
const [title, product, sum, tiles, after, adds] = chosenBox.children;

function showChosen({ chosen, image }) {
  panel.dataset.chosen = chosen?.kind ?? "";
  chosenBox.dataset.total = chosen ? (chosen.score ?? chosen.sum) : "";
  for (const box of [product, tiles, adds]) box.replaceChildren();
  for (const line of [sum, after]) write(line, "");
  if (!chosen) write(title, layers.some(({ isMaps }) => isMaps) ? words.hint_maps : words.hint);
  else if (chosen.kind === "neuron") showNeuron(chosen, image);
  else if (chosen.kind === "score") showScore(chosen);
  else showPixel(chosen);
  if (chosen) speakSoon([title, sum, after].map((node) => node.textContent).join(" "));
}

function showNeuron(neuron, image) {
  write(title, say("neuron", neuron));
  const ink = document.createElement("canvas");
  ink.className = "ink";
  paintPixels(ink, image, SIDE);
  product.append(
    figureOf(pictureOf(neuron.weights, words.weights), words.weights),
    textOf("span", "×", "sign"),
    figureOf(ink, words.ink_there),
    textOf("span", "=", "sign"),
    figureOf(pictureOf(neuron.products, words.product), words.product),
  );
  const facts = { ink: signed(neuron.ink), paper: signed(neuron.paper), bias: signed(neuron.bias) };
  write(sum, say("sum", { ...facts, sum: plain(neuron.sum) }));
  chosenBox.dataset.sum = neuron.ink + neuron.paper + neuron.bias;
  write(after, say("activation", { activation: plain(neuron.activation) }));
  adds.append(textOf("p", words.shares, "remark"), barsOf(neuron.shares));
}

function barsOf(shares) {
  const list = textOf("div", "", "shares");
  const top = Math.max(...shares.map(Math.abs)) || 1;
  shares.forEach((share, digit) => {
    const row = textOf("span", "", "share-of");
    const track = textOf("span", "", "track");
    const bar = textOf("span", "", "bar");
    showBar(bar, share / top);
    track.append(bar);
    row.append(textOf("b", digit), track, textOf("span", signed(share)));
    list.append(row);
  });
  return list;
}

function showScore(score) {
  write(title, say("score", { digit: score.digit, score: plain(score.score) }));
  for (const { unit, weights, activation, share } of score.tiles) {
    const caption = say("tile", { unit });
    const figure = figureOf(pictureOf(weights, caption), caption);
    const part = textOf("strong", signed(share));
    part.style.color = "rgb(" + mixed(share < 0 ? -1 : 1) + ")";
    figure.append(part);
    const button = textOf("button", "", "tile");
    button.type = "button";
    button.setAttribute("aria-label", say("tile_hint", { unit, share: signed(share) }));
    button.append(figure);
    button.addEventListener("click", () => press({ layer: score.layer, unit }));
    tiles.append(button);
  }
  const facts = { neurons: plain(score.neurons), others: signed(score.others) };
  write(after, say("score_sum", { ...facts, bias: signed(score.bias), sum: plain(score.sum) }));
  chosenBox.dataset.sum = score.neurons + score.others + score.bias;
}

function showPixel(pixel) {
  write(title, say("pixel", pixel));
  product.append(
    figureOf(pictureOf(pixel.patch, words.patch), words.patch),
    textOf("span", "×", "sign"),
    figureOf(pictureOf(pixel.kernel, words.kernel), words.kernel),
    textOf("span", "=", "sign"),
    figureOf(pictureOf(pixel.products, words.product), words.product),
  );
  const { sum: total, normalized, activation } = pixel;
  const facts = { sum: plain(total), normalized: plain(normalized), activation: plain(activation) };
  write(after, say("pixel_sum", facts));
  chosenBox.dataset.sum = numbersOf(pixel.products).reduce((all, value) => all + value, 0);
}

// --- Why ------------------------------------------------------------------------------------------

const evidence = find("evidence");
const compared = { digit: null, against: null };
const pickers = { digit: find("explained"), against: find("against") };
const RUBBER = 2; // pixels of the image, the radius of the eraser

for (const [name, picker] of Object.entries(pickers)) {
  for (let digit = 0; digit < 10; digit++) picker.append(new Option(digit, digit));
  picker.addEventListener("change", () => {
    compared[name] = Number(picker.value);
    changed();
  });
}

function showWhy(answer) {
  const { explained, against, parts, ink, path, alike, readings } = answer;
  pickers.digit.value = explained;
  pickers.against.value = against;
  for (const option of pickers.against.options) option.disabled = Number(option.value) === explained;
  paintTiles(evidence, numbersOf(ink), { rows: SIDE, columns: SIDE, top: ink.top });
  paintPaper(answer);
  evidence.dataset.score = parts.score;
  const facts = { digit: explained, against };
  evidence.setAttribute("aria-label", say("total", facts) + ": " + plain(parts.score));
  write(element.querySelector(".for"), say("for", facts));
  write(element.querySelector(".other"), say("for_other", facts));
  showParts(parts);
  write(find("total"), say("total", facts));
  write(find("path-sum"), path ? say("path_sum", { sum: plain(path.sum), change: plain(path.change) }) : "");
  showRubbed(answer);
  showAlike(alike);
  write(find("readings"), readings ? compareReadings(readings) : answer.isBlank ? words.blank : "");
  write(find("example"), isExample ? words.example_back : words.example);
  fillTables(answer);
}

// Where the drawing is, a little of it shines through what says neither for nor against.
function paintPaper({ image }) {
  const bytes = toBytes(image);
  const pencil = evidence.getContext("2d");
  const pixels = pencil.getImageData(0, 0, SIDE, SIDE);
  const isDark = colors() === DARK;
  for (let i = 0; i < bytes.length; i++) {
    const shade = (bytes[i] / 255) * 38 * (isDark ? 1 : -1);
    for (let channel = 0; channel < 3; channel++) pixels.data[4 * i + channel] += shade;
  }
  pencil.putImageData(pixels, 0, 0);
}

function showParts(parts) {
  const top = Math.max(...["ink", "paper", "biases"].map((part) => Math.abs(parts[part]))) || 1;
  for (const cell of element.querySelectorAll("[data-part]")) {
    const part = parts[cell.dataset.part];
    write(cell, cell.dataset.part === "sum" ? "= " + plain(part) : signed(part));
    cell.dataset.exact = part;
    const bar = cell.nextElementSibling.querySelector(".bar");
    if (bar) showBar(bar, part / top);
  }
}

function showAlike(alike) {
  const box = find("alike");
  write(find("alike-title"), alike ? words.alike : words.no_data);
  const figures = [...box.children];
  (alike ?? []).forEach(({ label, image }, i) => {
    const figure = figures[i] ?? figureOf(document.createElement("canvas"), "");
    if (!figures[i]) box.append(figure);
    paintPixels(figure.firstChild, image, SIDE);
    figure.firstChild.className = "ink";
    write(figure.lastChild, label);
  });
  figures.slice(alike?.length ?? 0).forEach((figure) => figure.remove());
}

// --- The eraser

let isRubbing = false;
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

function restore() {
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
  const share = percent(answer.probabilities[answer.digit], 1);
  const facts = { before: plain(whole.parts.score), after: plain(answer.parts.score), share };
  write(find("rubbed"), say("rubbed", { ...facts, digit: answer.digit }));
  speakSoon(find("rubbed").textContent);
}

function compareReadings(readings) {
  const [second, first] = readings; // the CNN, then the article's
  if (!first) return "";
  const share = percent(second.share, 0);
  const says = say(second.sure ? "example_sure" : "example_unsure", { digit: second.digit, share });
  return say("example_note", {
    first: first.network,
    first_digit: first.digit,
    first_share: percent(first.share, 1),
    second: second.network,
    second_says: says,
  });
}

// --- Tables ---------------------------------------------------------------------------------------

for (const box of element.querySelectorAll(".numbers"))
  box.addEventListener("toggle", () => shown && fillTables(shown));

// Filled while it is open: a table of 128 rows costs a layout.
function fillTables(answer) {
  const box = element.querySelector('[data-shows="' + answer.view + '"] .numbers');
  if (!box.open) return;
  const isInside = answer.view === "inside";
  box.querySelector(".tables").replaceChildren(...(isInside ? insideTables(answer) : [inkTable(answer)]));
}

function insideTables({ scores: values, probabilities, digit, shares }) {
  const last = layers[layers.length - 1];
  const heads = [words.table_unit, words.table_activation, say("table_share", { digit })];
  const rows = last.numbers.map((value, unit) => [unit, plain(value), signed(shares[unit], 3)]);
  const ten = values.map((value, i) => [i, plain(value), percent(probabilities[i], 1)]);
  return [
    tableOf([words.table_digit, words.table_score, words.table_probability], ten),
    tableOf(heads, rows),
  ];
}

function inkTable({ ink }) {
  const numbers = numbersOf(ink);
  const rows = Array.from({ length: SIDE }, (_, row) => [
    row,
    ...numbers.slice(row * SIDE, (row + 1) * SIDE).map((value) => (value ? plain(value, 1) : 0)),
  ]);
  const table = tableOf([words.table_row, ...Array(SIDE).keys()], rows);
  table.prepend(textOf("caption", words.table_ink));
  return table;
}

function tableOf(heads, rows) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const text of heads) head.append(Object.assign(textOf("th", text), { scope: "col" }));
  const body = table.createTBody();
  for (const [first, ...rest] of rows) {
    const row = body.insertRow();
    row.append(Object.assign(textOf("th", first), { scope: "row" }), ...rest.map((text) => textOf("td", text)));
  }
  return table;
}

// --- The page around it ---------------------------------------------------------------------------

for (const button of switches) button.addEventListener("click", () => open(button.dataset.open));
evidence.addEventListener("pointerdown", (event) => {
  isRubbing = true;
  evidence.setPointerCapture(event.pointerId);
  rubAt(event);
});
evidence.addEventListener("pointermove", rubAt);
for (const type of ["pointerup", "pointercancel"])
  evidence.addEventListener(type, () => (isRubbing = false));
find("restore").addEventListener("click", restore);
find("path").addEventListener("change", changed);
find("example").addEventListener("click", () => {
  isExample = !isExample;
  rubbed = null;
  Object.assign(compared, { digit: null, against: null });
  changed();
});
write(find("example"), words.example);
onPage(document, "mnist:read", drawingRead);
new ResizeObserver(ask).observe(panel); // in sight again, as in another tab

const theme = new MutationObserver(() => changed());
theme.observe(document.body, { attributeFilter: ["class"] });
life.signal.addEventListener("abort", () => theme.disconnect());

watch("value", () => answered(props.value?.answer));
