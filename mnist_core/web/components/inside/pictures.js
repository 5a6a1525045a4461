// Numbers as pictures and as text.

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
