// The table of runs. props.value is a TableStatus (see __init__.py), written as text only.

const root = find("runs");
const table = root.querySelector("table");
const rows = new Map(); // run id → its group of rows
const MOST_MORE = 100; // epochs that a run may be trained on at a time
const DECIMALS = { train_loss: 4, test_loss: 4, seconds: 1 };

let chosen = null; // the run whose buttons are open
let inPanel = null; // the run whose code and files are shown below the table

// --- Orders --------------------------------------------------------------------------------------

function newRow(id) {
  const row = copyOf(table.querySelector("template"));
  const on = (name, type, handler) => find(name, row).addEventListener(type, handler);
  const order = (action, more) => trigger("order", { action, run: id, ...more });
  row.dataset.run = id;
  row.querySelector(".figures").addEventListener("click", (event) => {
    if (!event.target.closest("label, button")) choose(id);
  });
  on("name", "click", () => choose(chosen === id ? null : id));
  on("overlay", "change", (event) => order("overlay", { shown: event.target.checked }));
  on("read", "click", () => order("read"));
  on("stop", "click", () => order("stop"));
  on("tell", "click", () => order("tell", { dataset: find("learned", row).value }));
  on("open", "click", () => {
    inPanel = id;
    trigger("open", { run: id });
  });
  on("train_on", "click", () => {
    const input = find("more", row);
    if (judge(input)) order("train_on", { epochs: readNumber(input.value, true) });
  });
  on("more", "input", (event) => judge(event.target));
  on("more", "keydown", (event) => step(event));
  const mistakes = (against) => {
    trigger("mistakes", { network: id, against });
    openTab("mistakes");
  };
  on("mistakes_of", "click", () => mistakes(""));
  on("compare", "click", () => mistakes(find("other", row).value));
  on("delete", "click", () => ask(row, true));
  on("keep", "click", () => ask(row, false));
  on("really", "click", () => {
    order("delete");
    document.dispatchEvent(new CustomEvent("mnist:deleted", { detail: id })); // nor is it kept here
  });
  return row;
}

// How many more epochs: said at once where it cannot be, and stepped with the arrow keys.
function judge(input) {
  const epochs = readNumber(input.value, true);
  const isRight = Number.isInteger(epochs) && epochs >= 1 && epochs <= MOST_MORE;
  input.setCustomValidity(isRight ? "" : say("field.whole", { least: 1, most: MOST_MORE }));
  input.setAttribute("aria-invalid", String(!isRight));
  if (isRight) input.setAttribute("aria-valuenow", epochs);
  else input.removeAttribute("aria-valuenow");
  return input.reportValidity();
}

function step(event) {
  const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (!direction) return;
  event.preventDefault();
  const next = nextNumber(readNumber(event.target.value, true), direction, 1);
  if (!(next >= 1 && next <= MOST_MORE)) return;
  event.target.value = next;
  judge(event.target);
}

function ask(row, isAsked) {
  row.classList.toggle("asked", isAsked);
  find(isAsked ? "keep" : "delete", row).focus();
}

function choose(id) {
  chosen = id;
  for (const [other, row] of rows) {
    row.classList.toggle("chosen", other === id);
    row.classList.remove("asked");
    find("name", row).setAttribute("aria-expanded", other === id);
  }
}

// --- What is seen --------------------------------------------------------------------------------

function showTable() {
  const runs = props.value?.rows;
  if (!runs) return;
  const newest = runs[0]?.id;
  const hasCome = newest !== undefined && !rows.has(newest);
  const ids = new Set(runs.map((run) => run.id));
  for (const [id, row] of rows) {
    if (ids.has(id)) continue;
    row.remove();
    rows.delete(id);
  }
  runs.forEach((run, place) => {
    if (!rows.has(run.id)) rows.set(run.id, newRow(run.id));
    const row = rows.get(run.id);
    const before = table.tBodies[place];
    if (before !== row) table.insertBefore(row, before ?? null);
    showRun(row, run);
  });
  if (hasCome || !rows.has(chosen)) choose(chosen === null && !hasCome ? null : newest ?? null);
  root.dataset.runs = runs.length;
  write(find("note", root), props.value.note);
  showPlots(props.value.plots);
}

function showRun(row, run) {
  row.dataset.state = run.state;
  row.dataset.name = run.name;
  row.classList.toggle("reads", run.reads);
  row.classList.toggle("best", run.is_best);
  find("overlay", row).checked = run.is_shown;
  find("overlay", row).setAttribute("aria-label", say("runs.overlay", { name: run.name }));
  row.querySelector(".swatch").style.background = run.color;
  write(find("name", row), run.name);
  write(find("differs", row), run.settings);
  write(find("dataset", row), run.dataset);
  showAsked(row, run.asked);
  write(find("message", row), run.message);
  row.querySelector("progress").value = run.fraction;
  row.querySelector("progress").hidden = !run.is_under_way;
  write(row.querySelector(".question"), say("runs.really", { name: run.name }));
  for (const cell of row.querySelectorAll("[data-figure]")) {
    write(cell, figure(run, cell.dataset.figure));
  }
  find("stop", row).hidden = !run.is_under_way;
  find("read", row).hidden = !run.can_read || run.reads;
  write(find("read", row), run.can_draw ? say("runs.read") : say("runs.read_pictures"));
  find("mistakes_of", row).hidden = !run.has_mistakes;
  showOthers(row, run);
  row.querySelector(".on").hidden = !run.can_train_on;
}

// An upload may not say what it has learned: then who has uploaded it is asked.
function showAsked(row, asked) {
  row.querySelector(".asked-for").hidden = asked.length === 0;
  fillSelect(find("learned", row), asked.map(([key, title]) => [title, key]));
}

// The runs with which its mistakes can be compared: those that have learned the same.
function showOthers(row, run) {
  const others = props.value.rows.filter(
    (other) => other.has_mistakes && other.id !== run.id && other.dataset === run.dataset,
  );
  const select = find("other", row);
  const chosen = others.some(({ id }) => id === select.value) ? select.value : others[0]?.id;
  row.querySelector(".compare").hidden = !run.has_mistakes || others.length === 0;
  if (fillSelect(select, others.map(({ id, name }) => [name, id])) && chosen) select.value = chosen;
}

// Give a list these choices, each a text and a value; tell whether they are others than before.
function fillSelect(select, choices) {
  const isSame = ([text, value], i) => select.options[i]?.value === value && select.options[i].text === text;
  if (select.options.length === choices.length && choices.every(isSame)) return false;
  select.replaceChildren(...choices.map(([text, value]) => new Option(text, value)));
  return true;
}

function figure(run, name) {
  if (name === "parameters") return run.parameters.toLocaleString("en");
  if (name === "gap") return gap(run);
  return name in DECIMALS ? decimal(run[name], DECIMALS[name]) : percent(run[name]);
}

watch("value", showTable);
watch("text", () => {
  showTable();
  if (inPanel) trigger("open", { run: inPanel }); // its code has comments
});
showTable();
