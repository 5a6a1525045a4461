// What the scripts of several components use. Gradio runs a script, with this before it, as the body
// of a function of (element, trigger, props, server, upload, watch), once for every time that the
// component is mounted.

const NOTHING = "–"; // in the place of a figure that is not known

function find(name, within = element) {
  return within.querySelector('[data-testid="' + name + '"]');
}

// The same text again would still cost a layout.
function write(node, text) {
  if (node.textContent !== String(text)) node.textContent = text;
}

// --- Sentences -----------------------------------------------------------------------------------

let sentences = JSON.parse(props.text); // key → sentence

// A sentence of the catalogue; {name} in it is a place for a fact, {count:|one|many} for a plural.
function say(key, facts = {}) {
  const place = /{(\w+)(?::\|([^|}]*)\|([^}]*))?}/g;
  return sentences[key].replace(place, (whole, name, one, many) =>
    one === undefined ? (facts[name] ?? whole) : facts[name] === 1 ? one : many,
  );
}

// Where the template has its sentences: data-say="key", or for an attribute data-say-title="key".
const SAID = { say: null, sayLabel: "aria-label", sayTitle: "title", sayColumn: "data-label" };

function speak(within = element) {
  const nodes = "[data-say], [data-say-label], [data-say-title], [data-say-column]";
  for (const node of [within, ...within.querySelectorAll(nodes)])
    for (const [name, attribute] of Object.entries(SAID)) {
      const key = node.dataset[name];
      if (!key) continue;
      if (attribute) node.setAttribute(attribute, say(key));
      else write(node, say(key));
    }
}

// --- Figures -------------------------------------------------------------------------------------

function decimal(value, decimals) {
  return value == null ? NOTHING : value.toFixed(decimals);
}

function percent(fraction, decimals = 2) {
  return fraction == null ? NOTHING : (100 * fraction).toFixed(decimals) + "%";
}

// A probability: no network is certain, so what would round to 100.0% is ">99.9%", and to 100% ">99%".
function probable(fraction, decimals = 1) {
  const step = 10 ** -(decimals + 2); // between two numbers that are written so
  return fraction >= 1 - step / 2 ? ">" + percent(1 - step, decimals) : percent(fraction, decimals);
}

// By how many points training accuracy lies above test accuracy.
function gap({ accuracy, train_accuracy: trained }) {
  if (accuracy == null || trained == null) return NOTHING;
  const points = 100 * (trained - accuracy);
  return (points < 0 ? "−" : "+") + Math.abs(points).toFixed(2);
}

// "a 7", "an 8".
function named(digit) {
  return digit === 8 ? say("digit.eight", { digit }) : say("digit.other", { digit });
}

// --- Numbers that are typed ----------------------------------------------------------------------

// "0.01", "0,01", "1e-2" and an input method's "０。０１" are one number; NaN is what is none. In a whole
// number a comma might part the thousands: there it is no number.
function readNumber(text, isWhole = false) {
  const plain = text.normalize("NFKC").trim();
  const number = isWhole ? plain : plain.replace(/[,。]/, ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(number) ? Number(number) : NaN;
}

// The next multiple of the step, or without one the next of 1, 2, 5, 10, 20 … and of 0.5, 0.2, 0.1 …
function nextNumber(number, direction, step) {
  const near = 1e-9; // 0.15 / 0.05 is not quite 3
  if (step) {
    const count = number / step + near * direction;
    const next = direction > 0 ? Math.floor(count) + 1 : Math.ceil(count) - 1;
    return Number((next * step).toPrecision(12));
  }
  if (!(number > 0)) return NaN;
  const power = Math.floor(Math.log10(number));
  const round = [-1, 0, 1].flatMap((more) => [1, 2, 5].map((digit) => Number(`${digit}e${power + more}`)));
  return direction > 0
    ? round.find((next) => next > number * (1 + near))
    : round.findLast((next) => next < number * (1 - near));
}

// --- Pictures ------------------------------------------------------------------------------------

// A square of bytes in base64, row by row: 0 is paper, black, and 255 ink. Of three channels one
// comes behind the other: red, green, blue.
function paintPixels(canvas, base64, side, channels = 1) {
  const bytes = base64 ? atob(base64) : "";
  side ??= Math.sqrt(bytes.length / channels) || 1;
  const step = channels === 3 ? side * side : 0;
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const pencil = canvas.getContext("2d");
  const pixels = pencil.createImageData(side, side); // four bytes a pixel: red, green, blue, opacity
  for (let i = 0; i < side * side; i++) {
    for (let colour = 0; colour < 3; colour++) {
      pixels.data[4 * i + colour] = bytes.charCodeAt(i + colour * step) || 0;
    }
    pixels.data[4 * i + 3] = 255;
  }
  pencil.putImageData(pixels, 0, 0);
}

// A fresh copy of what a <template> holds.
function copyOf(template) {
  const copy = template.content.firstElementChild.cloneNode(true);
  speak(copy);
  return copy;
}

function saveFile(text, name, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// --- The page around the component ---------------------------------------------------------------

// Gradio may take the component off the page and does not say so: the next event then cleans up.
const life = new AbortController();

function onPage(target, type, handler) {
  const guarded = (event) => (element.isConnected ? handler(event) : life.abort());
  target.addEventListener(type, guarded, { signal: life.signal });
}

// Another tab of the page, by the name that app.py gives it; what had the focus is out of sight then.
function openTab(name) {
  const tab = document.getElementById(name + "-button");
  tab?.click();
  tab?.focus();
}

// Tell whether keys pressed here are text.
function isTyping(target) {
  const keyless = "[type=button], [type=checkbox], [type=radio], [type=range]";
  return target.matches?.("textarea, select, [contenteditable], input:not(" + keyless + ")");
}

// The page may change its language at any time; what the script itself has written comes anew then.
watch("text", () => {
  sentences = JSON.parse(props.text);
  speak();
});
speak();
