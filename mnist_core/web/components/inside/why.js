// The view Why: the evidence for one digit rather than another, and the images most alike.

const evidence = find("evidence");
const compared = { digit: null, against: null };
const pickers = { digit: find("explained"), against: find("against") };
const RUBBER = 2; // pixels of the image, the radius of the eraser

for (const [name, picker] of Object.entries(pickers)) {
  picker.addEventListener("change", () => {
    compared[name] = Number(picker.value);
    changed();
  });
}

// One entry a class; the list is made anew only where another network has others.
function fillPickers({ scores: values }) {
  const names = values.map((_, index) => String(called(index)));
  for (const picker of Object.values(pickers)) {
    if (JSON.stringify([...picker.options].map(({ text }) => text)) === JSON.stringify(names)) continue;
    picker.replaceChildren(...names.map((name, index) => new Option(name, index)));
  }
}

function showWhy(answer) {
  const { explained, against, parts, ink, path, alike, readings } = answer;
  fillPickers(answer);
  pickers.digit.value = explained;
  pickers.against.value = against;
  for (const option of pickers.against.options) option.disabled = Number(option.value) === explained;
  paintTiles(evidence, numbersOf(ink), { rows: SIDE, columns: SIDE, top: ink.top });
  paintPaper(answer);
  evidence.dataset.score = parts.score;
  const facts = { digit: called(explained), against: called(against) };
  evidence.setAttribute("aria-label", say("inside.total", facts) + ": " + plain(parts.score));
  write(element.querySelector(".for"), say("inside.for", facts));
  write(element.querySelector(".other"), say("inside.for_other", facts));
  showParts(parts);
  write(find("total"), say("inside.total", facts));
  write(find("path-sum"), path ? say("inside.path_sum", { sum: plain(path.sum), change: plain(path.change) }) : "");
  const isCurved = ["tanh", "sigmoid"].includes(answer.activation);
  write(find("curved"), isCurved ? say("inside.curved", answer) : "");
  showRubbed(answer);
  showAlike(answer);
  write(find("readings"), readings ? compareReadings(readings) : answer.isBlank ? say("inside.blank") : "");
  write(find("example"), isExample ? say("inside.example_back") : say("inside.example"));
  fillTables(answer);
  askForStrokes();
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

function showAlike({ alike, isTaught }) {
  const box = find("alike");
  const none = isTaught ? say("inside.no_digits") : say("inside.no_data");
  write(find("alike-title"), alike ? say("inside.alike") : none);
  const figures = [...box.children];
  (alike ?? []).forEach(({ label, image }, i) => {
    const figure = figures[i] ?? figureOf(document.createElement("canvas"), "");
    if (!figures[i]) box.append(figure);
    paintPixels(figure.firstChild, image, SIDE);
    figure.firstChild.className = "ink";
    write(figure.lastChild, called(label));
  });
  figures.slice(alike?.length ?? 0).forEach((figure) => figure.remove());
}
