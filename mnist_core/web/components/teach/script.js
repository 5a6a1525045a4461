// The panel to teach a network.
//
// props.value is what the server says, one text of JSON (see TeachView in __init__.py). Names come
// from whoever has opened a file: they are only ever written as text.

const panel = find("teach");
const list = find("classes");
const mold = list.querySelector("template");
const picker = element.querySelector("input[type=file]");
const MAX_FILE_BYTES = 5_000_000; // the server takes no more
const MAX_PICTURES = 100; // that the server sends at once
const FILE_NAME = "my_classes.json";
const KEYS = "1234567890"; // of the first ten classes

const pictures = new Map(); // number of a drawing → its image, in base64
let wanted = new Set(); // the numbers of those that have been asked for
let shown = null;
let newest = 0; // since when what is shown is so: what comes late, and is of before, is not shown
let isInSight = false;

function order(action, more = {}) {
  trigger("order", { action, ...more });
}

function show(text) {
  if (!text) return;
  const next = JSON.parse(text);
  if (next.since < newest) return;
  if (next.classes.length > (shown?.classes.length ?? 0)) emptyField(next.classes);
  shown = next;
  newest = shown.since;
  const { classes, can_undo: canUndo, can_train: canTrain, missing, share, said, exam, hand } = shown;
  const count = classes.reduce((sum, { drawings }) => sum + drawings.length, 0);
  panel.dataset.classes = classes.length;
  panel.dataset.drawings = count;
  panel.dataset.state = share === null ? "" : share < 0 ? "waiting" : "training";
  element.querySelector("progress").value = Math.max(share ?? 0, 0);
  showClasses(classes);
  find("teach-train").disabled = !canTrain || share !== null;
  find("teach-undo").disabled = !canUndo;
  find("teach-save").disabled = count === 0;
  find("teach-forget").disabled = classes.length === 0;
  write(find("teach-said"), [said, share === null ? missing : ""].filter(Boolean).join(" "));
  showLines(find("exam"), exam);
  find("teach-files").hidden = exam.length === 0; // who has been taught has sat an exam
  showLines(find("hand-said"), hand.text);
  find("learn-hand").disabled = !hand.can_learn || share !== null;
  find("hand-back").hidden = find("hand-files").hidden = !hand.is_learned;
  tellLabels();
  askForPictures();
}

function showLines(box, lines) {
  while (box.children.length > lines.length) box.lastChild.remove();
  lines.forEach((line, i) => {
    if (!box.children[i]) box.append(document.createElement("p"));
    write(box.children[i], line);
  });
}

// --- The classes ---------------------------------------------------------------------------------

function showClasses(classes) {
  const known = new Map([...list.querySelectorAll("li")].map((row) => [Number(row.dataset.number), row]));
  classes.forEach((one, index) => {
    const row = known.get(one.number) ?? newRow(one.number);
    known.delete(one.number);
    if (list.children[index + 1] !== row) list.insertBefore(row, list.children[index + 1] ?? null);
    showRow(row, one, index);
  });
  for (const row of known.values()) row.remove();
}

function newRow(number) {
  const row = copyOf(mold);
  row.dataset.number = number;
  const field = row.querySelector(".name");
  field.addEventListener("change", () => order("rename", { number, name: field.value }));
  field.addEventListener("keydown", (event) => event.key === "Enter" && field.blur());
  row.querySelector(".drop").addEventListener("click", () => order("drop", { number }));
  return row;
}

function showRow(row, { name, drawings }, index) {
  const field = row.querySelector(".name");
  const isEdited = field.getRootNode().activeElement === field && row.dataset.name === name;
  row.dataset.name = name;
  if (!isEdited) field.value = name;
  field.setAttribute("aria-label", say("teach.rename", { name }));
  row.querySelector(".drop").setAttribute("aria-label", say("teach.drop", { name }));
  row.querySelector(".drop").title = say("teach.drop", { name });
  write(row.querySelector(".key"), KEYS[index] ?? "");
  write(row.querySelector(".count"), say("teach.count", { count: drawings.length }));
  showDrawings(row.querySelector(".drawings"), name, drawings);
}

function showDrawings(box, name, drawings) {
  const known = new Map([...box.children].map((button) => [Number(button.dataset.number), button]));
  drawings.forEach((number, index) => {
    const button = known.get(number) ?? newDrawing(number);
    known.delete(number);
    if (box.children[index] !== button) box.insertBefore(button, box.children[index] ?? null);
    const words = say("teach.remove", { number: index + 1, name });
    button.setAttribute("aria-label", words);
    button.title = words;
    paint(button, number);
  });
  for (const button of known.values()) button.remove();
}

function newDrawing(number) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "drawing";
  button.dataset.number = number;
  button.append(document.createElement("canvas"));
  button.addEventListener("click", () => order("remove", { number }));
  return button;
}

function paint(button, number) {
  if (button.dataset.painted || !pictures.has(number)) return;
  button.dataset.painted = true;
  paintPixels(button.firstChild, pictures.get(number), 28);
}

// --- Their pictures ------------------------------------------------------------------------------

// Only while the panel is in sight: until then nobody has to wait for them.
function askForPictures() {
  if (!isInSight || !shown) return;
  const all = shown.classes.flatMap(({ drawings }) => drawings);
  const numbers = all.filter((number) => !pictures.has(number) && !wanted.has(number));
  if (numbers.length === 0) return;
  const next = numbers.slice(0, MAX_PICTURES);
  for (const number of next) wanted.add(number);
  trigger("want", { numbers: next });
}

function hang(text) {
  if (!text) return;
  for (const [number, image] of Object.entries(JSON.parse(text))) pictures.set(Number(number), image);
  wanted = new Set();
  if (shown) showClasses(shown.classes);
  askForPictures();
}

// --- What a drawing may be called ----------------------------------------------------------------

function tellLabels() {
  const names = shown?.classes.map(({ name }) => name) ?? [];
  const detail = { names: isInSight && names.length ? names : null };
  document.dispatchEvent(new CustomEvent("mnist:classes", { detail }));
}

function look() {
  const now = panel.getClientRects().length > 0;
  if (now === isInSight) return;
  isInSight = now;
  tellLabels();
  askForPictures();
}

// --- The buttons ---------------------------------------------------------------------------------

function addClass(event) {
  event.preventDefault();
  const field = find("class-name");
  if (!field.value.trim()) return field.focus();
  order("name", { name: field.value });
  field.focus();
}

// What has become a class need not be typed again; what has been refused stays, to be changed.
function emptyField(classes) {
  const field = find("class-name");
  const name = field.value.normalize("NFC").trim().replace(/\s+/g, " ");
  if (classes.some((one) => one.name === name)) field.value = "";
}

async function openFile() {
  const [file] = picker.files;
  picker.value = ""; // so that the same file can be opened again
  if (!file) return;
  if (file.size > MAX_FILE_BYTES) write(find("teach-said"), say("teach.file_too_large"));
  else order("open", { content: await file.text() });
}

function save(text) {
  if (text) saveFile(JSON.parse(text).content, FILE_NAME, "application/json");
}

function showWords() {
  find("class-name").placeholder = say("teach.name");
  show(props.value);
}

element.querySelector("form").addEventListener("submit", addClass);
find("teach-train").addEventListener("click", () => order("train", { augment: find("teach-augment").checked }));
find("teach-undo").addEventListener("click", () => order("undo"));
find("teach-save").addEventListener("click", () => order("save"));
find("teach-open").addEventListener("click", () => picker.click());
find("teach-forget").addEventListener("click", () => order("forget"));
find("teach-files").addEventListener("click", () => order("taught_files"));
find("hand-files").addEventListener("click", () => order("hand_files"));
find("learn-hand").addEventListener("click", () => order("hand"));
find("hand-back").addEventListener("click", () => order("back"));
picker.addEventListener("change", openFile);

new ResizeObserver(look).observe(panel); // opened, closed, or in another tab
watch("value", () => show(props.value));
watch("pictures", () => hang(props.pictures));
watch("file", () => save(props.file));
watch("text", showWords);
showWords();
hang(props.pictures);
look();
