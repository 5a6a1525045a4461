// What the scripts of our components have in common: it stands before each of them. Gradio runs the
// whole as the body of a function of (element, trigger, props, server, upload, watch), once for
// every time a component is mounted.

const find = (name, parent = element) => parent.querySelector(`[data-testid="${name}"]`);
const isInSight = () => element.getClientRects().length > 0; // not so in another tab, or folded up

// The same text again would still cost a layout.
function write(node, text) {
  if (node.textContent !== String(text)) node.textContent = text;
}

function show(node, isShown) {
  node.hidden = !isShown;
}

function percent(fraction, decimals) {
  return `${(100 * fraction).toFixed(decimals)}%`;
}

// Figures of a table; a dash for what nobody knows.
const FIGURES = {
  accuracy: (fraction) => `${(100 * fraction).toFixed(2)} %`,
  gap: (points) => `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(2)}`,
  loss: (loss) => loss.toFixed(4),
  seconds: (seconds) => seconds.toFixed(1),
  parameters: (number) => number.toLocaleString("en"),
};

function figure(kind, value) {
  return value === null ? "–" : FIGURES[kind](value);
}

// Percentage points between what a network knows and what it can tell of images it has never seen.
function gap({ accuracy, train_accuracy }) {
  return accuracy === null || train_accuracy === null ? null : 100 * (train_accuracy - accuracy);
}

// Fill a cell of a table: data-figure names the attribute of a run, data-kind how it is written.
function showFigure(cell, run) {
  const { figure: name, kind = name } = cell.dataset;
  write(cell, figure(kind, name === "gap" ? gap(run) : run[name]));
}

function namedDigit(digit) {
  return (digit === 8 ? "an " : "a ") + digit;
}

function showPlots(plots, parent = element) {
  for (const name of ["losses", "accuracies"]) {
    const image = find(name, parent);
    if (plots[name] && image.src !== plots[name]) image.src = plots[name];
    image.hidden = !plots[name];
    image.alt = plots.words ?? "";
  }
}

// Gray bytes, row by row, in base64: 0 for paper to 255 for ink.
function paintSquare(canvas, base64) {
  const bytes = atob(base64);
  const side = Math.sqrt(bytes.length);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const pencil = canvas.getContext("2d");
  const pixels = pencil.createImageData(side, side); // four bytes a pixel: red, green, blue, opacity
  for (let i = 0; i < bytes.length; i++) {
    pixels.data.fill(bytes.charCodeAt(i), 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = 255;
  }
  pencil.putImageData(pixels, 0, 0);
}

// A fresh copy of what a <template> holds.
function copyOf(template) {
  return template.content.firstElementChild.cloneNode(true);
}

// Whether a key that is pressed belongs to a field where somebody types.
function isTyping(event) {
  const keyless = "[type=button], [type=checkbox], [type=radio], [type=range]";
  const field = `textarea, select, [contenteditable], input:not(${keyless})`;
  return event.composedPath()[0].matches?.(field);
}

// Gradio may take the component off the page and does not say so: the next event then cleans up.
const life = new AbortController();
function onPage(target, type, handler) {
  const guarded = (event) => (element.isConnected ? handler(event) : life.abort());
  target.addEventListener(type, guarded, { signal: life.signal });
}

function saveFile(text, name, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
