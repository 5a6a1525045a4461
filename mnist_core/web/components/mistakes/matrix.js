// The confusion matrix: rows are what the images are, columns what they are read as.

const confusion = find("confusion");
const found = find("found");
const cells = new Map(); // "3 8" → its button; "3 " a row's, " 8" a column's, " " the corner's

let selection = null; // what is pressed: { what, label, digit }
let gallery = []; // the entries that are shown of it
let picks = Date.now(); // of what was picked last
let size = 0; // classes that it has room for

function buildMatrix(count) {
  if (size === count) return;
  size = count;
  cells.clear();
  confusion.tHead.replaceChildren();
  confusion.tBodies[0].replaceChildren();
  const head = confusion.tHead.insertRow();
  head.append(heading("col", null, null));
  for (let digit = 0; digit < size; digit++) head.append(heading("col", null, digit));
  head.append(Object.assign(document.createElement("th"), { scope: "col", className: "accuracy" }));
  for (let label = 0; label < size; label++) {
    const row = confusion.tBodies[0].insertRow();
    row.append(heading("row", label, null));
    for (let digit = 0; digit < size; digit++) row.insertCell().append(cellButton(label, digit));
    row.insertCell().className = "accuracy";
  }
  cells.get(" ").tabIndex = 0;
}

function heading(scope, label, digit) {
  const node = Object.assign(document.createElement("th"), { scope });
  node.append(cellButton(label, digit));
  return node;
}

function cellButton(label, digit) {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  if (label !== null) button.dataset.label = label;
  if (digit !== null) button.dataset.digit = digit;
  button.addEventListener("click", () => select({ what: "cell", label, digit }));
  cells.set(placeOf({ label, digit }), button);
  return button;
}

function placeOf({ label, digit }) {
  return (label ?? "") + " " + (digit ?? "");
}

// The arrow keys go from cell to cell, Home and End to the ends of a row.
confusion.addEventListener("keydown", (event) => {
  const arrows = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const steps = { ...arrows, Home: [0, -99], End: [0, 99] };
  const cell = event.target.closest("button")?.parentElement;
  const step = steps[event.key];
  if (!cell || !step) return;
  const bounded = (value) => Math.min(Math.max(value, 0), size);
  const row = bounded(cell.parentElement.rowIndex + step[0]);
  event.preventDefault();
  confusion.rows[row].cells[bounded(cell.cellIndex + step[1])].querySelector("button").focus();
});
confusion.addEventListener("focusin", ({ target }) => {
  for (const button of cells.values()) button.tabIndex = button === target ? 0 : -1;
});

// --- Its figures -----------------------------------------------------------------------------------

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function misreadOf(counts) {
  return sum(counts.flat()) - sum(counts.map((row, digit) => row[digit]));
}

// The digits read right are so many that they would leave one colour for all mistakes.
function showMatrix() {
  const { confusion: counts } = shown;
  buildMatrix(counts.length);
  confusion.classList.toggle("named", Boolean(shown.classes));
  write(confusion.caption, shown.classes ? say("misread.confusion_named") : say("misread.confusion"));
  const isShare = find("per-cent").checked;
  const top = Math.max(1, ...counts.map((row, label) => Math.max(...row.filter((_, i) => i !== label))));
  confusion.classList.toggle("shares", isShare);
  write(confusion.tHead.rows[0].cells[size + 1], say("misread.right_share"));
  counts.forEach((row, label) => {
    const all = sum(row);
    row.forEach((count, digit) => {
      const button = cells.get(label + " " + digit);
      const share = all ? count / all : 0;
      const facts = { label: called(label), digit: called(digit), count, share: percent(share) };
      write(button, isShare ? percent(share) : count);
      button.setAttribute("aria-label", label === digit ? say("misread.cell_right", facts) : say("misread.cell", facts));
      button.classList.toggle("right", label === digit);
      button.classList.toggle("none", count === 0);
      button.style.setProperty("--share", label === digit ? 0 : count / top);
    });
    const name = called(label);
    write(cells.get(label + " "), name);
    cells.get(label + " ").setAttribute("aria-label", say("misread.row", { label: name, count: all - row[label] }));
    const column = sum(counts.map((other) => other[label])) - row[label];
    write(cells.get(" " + label), name);
    cells.get(" " + label).setAttribute("aria-label", say("misread.column", { digit: name, count: column }));
    for (const place of [label + " ", " " + label]) cells.get(place).title = shown.classes ? name : "";
    write(confusion.rows[label + 1].cells[size + 1], percent(all ? row[label] / all : null));
  });
  write(cells.get(" "), say("misread.all"));
  cells.get(" ").setAttribute("aria-label", say("misread.all_title", { count: misreadOf(counts) }));
  write(find("scale"), say("misread.scale", { top }));
  showList();
  showComparison();
}

function showComparison() {
  const { comparison } = shown;
  find("comparison").hidden = !comparison;
  if (!comparison) return;
  const facts = { network: nameOf(shown.network), other: nameOf(shown.against) };
  write(find("gained"), say("misread.gained", { ...facts, count: comparison.gained }));
  write(find("lost"), say("misread.lost", { ...facts, count: comparison.lost }));
  write(find("comparison").querySelector(".remark"), say("misread.both", comparison));
}

// --- Its images ------------------------------------------------------------------------------------

function isSelected(place) {
  return selection?.what === "cell" && place === placeOf(selection);
}

function select(chosen) {
  selection = chosen;
  for (const [place, button] of cells) button.setAttribute("aria-pressed", isSelected(place));
  markEntries();
  for (const what of ["gained", "lost"]) find(what).setAttribute("aria-pressed", chosen?.what === what);
  if (chosen) pick(chosen, 0);
}

function pick({ what, label = null, digit = null }, first) {
  const { network, against } = shown;
  trigger("pick", { seq: ++picks, network, against, what, label, digit, first });
}

async function picked() {
  const answer = props.images ? JSON.parse(props.images) : null;
  if (!answer || (answer.what === "quiz" ? answer.seq !== quiz.seq : answer.seq !== picks)) return;
  if (answer.stale) return lookAgain();
  const sheet = answer.sprite ? await decodeSprite(answer.sprite, answer.side) : null;
  if (answer.what === "quiz") return asked(entriesOf(answer, sheet), answer);
  if (answer.seq === picks) showFound(entriesOf(answer, sheet), answer);
}

function showFound(entries, answer) {
  const isMore = answer.first > 0;
  gallery = isMore ? [...gallery, ...entries] : entries;
  const isCompared = answer.what !== "cell";
  showTiles(found.querySelector(".tiles"), entries, { isMore, isCompared });
  write(found.querySelector("h2"), headingOf(answer));
  write(find("found-note"), isCompared ? say("misread.compared_note", { network: nameOf(answer.network), other: nameOf(answer.against) }) : say("misread.press"));
  find("more").hidden = gallery.length >= answer.total;
  write(find("more"), say("misread.more", { count: answer.total - gallery.length }));
  found.dataset.total = answer.total;
  found.dataset.shown = gallery.length;
}

function headingOf({ what, label, digit, total, network, against }) {
  const all = label === null ? 0 : sum(shown.confusion[label]);
  const facts = { label: called(label), digit: called(digit), count: total, all, share: percent(all ? total / all : null) };
  const names = { network: nameOf(network), other: nameOf(against) };
  if (what === "gained") return say("misread.gained", { ...facts, ...names });
  if (what === "lost") return say("misread.lost", { ...facts, ...names });
  if (label === null && digit === null) return say("misread.all_title", facts);
  if (label === null) return say("misread.column", facts);
  if (digit === null) return say("misread.row_share", facts);
  return label === digit ? say("misread.cell_right", facts) : say("misread.cell", facts);
}

for (const what of ["gained", "lost"]) find(what).addEventListener("click", () => select({ what }));
find("more").addEventListener("click", () => pick(selection, gallery.length));
find("per-cent").addEventListener("change", () => showMatrix());
buildMatrix(10);
