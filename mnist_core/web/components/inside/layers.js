// The view Inside: shapes, layers, scores.

const CELLS_PER_LINE = 16;
const LINE_PIXELS = 112; // of feature maps side by side, more or less
const MARK = "#f59e0b"; // what is pressed, in pictures
const layersBox = element.querySelector(".layers");
const scoresBox = element.querySelector(".scores");
let scores = []; // a button for each class
let layers = []; // the hidden layers in the page: { name, box, canvas, … }

function newScore(digit) {
  const button = copyOf(scoresBox.querySelector("template"));
  button.dataset.digit = digit;
  button.addEventListener("click", () => press({ score: digit }));
  scoresBox.append(button);
  return button;
}

// A class by its name, or the digit that it is.
function called(index) {
  return shown.classes?.[index] ?? index;
}

function press(what) {
  pressed = JSON.stringify(what) === JSON.stringify(pressed) ? {} : what;
  changed();
}

function showInside(answer) {
  write(find("remark"), answer.isBlank ? say("inside.blank") : "");
  showShapes(answer);
  showImage(answer);
  const names = answer.layers.map(({ name, values }) => name + values.shape).join();
  if (layersBox.dataset.names !== names) buildLayers(answer.layers, names);
  answer.layers.forEach((layer, i) => showLayer(layers[i], layer));
  write(find("legend"), answer.layers[0].activation === "ReLU" ? say("inside.legend") : say("inside.legend_signed"));
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
  const caption = say("inside.kernels", { source, all: count });
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
  write(find("learned"), say("inside.by", { network, total: thousands(total), parts: facts.join(" + ") }));
}

function thousands(count) {
  return count.toLocaleString("en");
}

function buildLayers(list, names) {
  layersBox.dataset.names = names;
  pressed = {};
  pointed = null;
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
    if (layer.isMaps) {
      canvas.addEventListener("pointermove", (event) => pointAt(layer, event));
      canvas.addEventListener("pointerleave", () => point(null));
    }
    box.append(caption, canvas);
    layersBox.append(box);
    return layer;
  });
}

function showLayer(layer, { source, activation, values, on, dead }) {
  layer.canBeOff = activation === "ReLU";
  const facts = { source, activation, on, all: values.shape[0], dead: dead?.length };
  const caption = layer.isMaps ? sayMaps(facts) : layer.canBeOff ? sayNeurons(facts) : sayNeverOff(facts);
  write(layer.caption, caption);
  layer.canvas.setAttribute("aria-label", caption);
  layer.numbers = numbersOf(values, !layer.canBeOff);
  layer.dead = new Set(dead ?? []);
  if (layer.isMaps) {
    const [, rows, columns] = values.shape;
    const options = { rows, columns, perLine: layer.perLine, top: values.top, isSigned: false };
    paintTiles(layer.canvas, layer.numbers, options);
    markPixel(layer);
  } else paintCells(layer, values.top);
}

function sayMaps(facts) {
  return facts.dead ? say("inside.maps_dead", facts) : say("inside.maps", facts);
}

function sayNeurons(facts) {
  return facts.dead ? say("inside.neurons_dead", facts) : say("inside.neurons", facts);
}

function sayNeverOff(facts) {
  return facts.activation ? say("inside.neurons_curved", facts) : say("inside.neurons_linear", facts);
}

function markPixel({ name, canvas, shape: [, rows, columns], perLine }) {
  const { layer, unit, row, column } = pointed ?? pressed;
  if (layer !== name) return;
  const pencil = canvas.getContext("2d");
  const x = (unit % perLine) * (columns + 1) + column;
  const y = Math.floor(unit / perLine) * (rows + 1) + row;
  pencil.fillStyle = MARK;
  pencil.fillRect(x, y, 1, 1);
}

// On: filled, the more the stronger. Off: hollow. Never on: crossed. What cannot be off is filled in
// the colour of its sign.
function paintCells({ name, canvas, numbers, dead, canBeOff }, top) {
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
    if (value > 0 || !canBeOff) {
      pencil.fillStyle = "rgb(" + mixed(canBeOff ? 0.25 + (0.75 * value) / top : value / top) + ")";
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
  const { x, y } = placeOn(layer.canvas, event);
  if (layer.isMaps) {
    const pixel = pixelAt(layer, x, y);
    if (pixel) press(pixel);
    return;
  }
  const cell = layer.canvas.width / CELLS_PER_LINE;
  pressUnit(layer, Math.floor(y / cell) * CELLS_PER_LINE + Math.floor(x / cell));
}

// A finger does not point: what it touches, it presses.
function pointAt(layer, event) {
  if (event.pointerType !== "mouse") return;
  const { x, y } = placeOn(layer.canvas, event);
  point(pixelAt(layer, x, y));
}

function point(pixel) {
  if (JSON.stringify(pixel) === JSON.stringify(pointed)) return;
  pointed = pixel;
  changed();
}

function placeOn(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * canvas.width;
  const y = ((event.clientY - box.top) / box.height) * canvas.height;
  return { x, y };
}

// The pixel of a map; null between the maps.
function pixelAt({ name, shape, perLine }, x, y) {
  const [count, rows, columns] = shape;
  const unit = Math.floor(y / (rows + 1)) * perLine + Math.floor(x / (columns + 1));
  const [row, column] = [Math.floor(y) % (rows + 1), Math.floor(x) % (columns + 1)];
  const isInside = unit < count && row < rows && column < columns;
  return isInside ? { layer: name, unit, row, column } : null;
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
  while (scores.length > values.length) scores.pop().remove();
  while (scores.length < values.length) scores.push(newScore(scores.length));
  scores.forEach((button, i) => {
    const share = probable(probabilities[i]);
    const facts = { digit: called(i), score: plain(values[i]), share };
    button.setAttribute("aria-label", say("inside.score_button", facts));
    button.setAttribute("aria-pressed", pressed.score === i);
    button.classList.toggle("winner", i === digit);
    write(button.querySelector(".name"), called(i));
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
