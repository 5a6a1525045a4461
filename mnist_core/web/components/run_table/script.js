// The table of runs. props.value is a TableStatus (see __init__.py), written as text only.

const root = element.querySelector('[data-testid="runs"]');
const table = root.querySelector("table");
const rows = new Map(); // run id → its group of rows
const DECIMALS = { train_loss: 4, test_loss: 4, seconds: 1 };

let chosen = null; // the run whose buttons are open

const part = (parent, name) => parent.querySelector(`[data-testid="${name}"]`);

// --- Orders --------------------------------------------------------------------------------------

function order(event, action, run, more = {}) {
  props.value = { action, run, ...more };
  trigger(event);
}

function newRow(id) {
  const row = table.querySelector("template").content.firstElementChild.cloneNode(true);
  const on = (name, type, handler) => part(row, name).addEventListener(type, handler);
  row.dataset.run = id;
  row.querySelector(".figures").addEventListener("click", (event) => {
    if (!event.target.closest("label, button")) choose(id);
  });
  on("name", "click", () => choose(chosen === id ? null : id));
  on("overlay", "change", (event) => {
    order("submit", "overlay", id, { shown: event.target.checked });
  });
  on("read", "click", () => order("submit", "read", id));
  on("stop", "click", () => order("submit", "stop", id));
  on("open", "click", () => order("select", "open", id));
  on("train_on", "click", () => {
    const input = part(row, "more");
    if (!input.reportValidity() || !input.value) return;
    order("submit", "train_on", id, { epochs: Number(input.value) });
  });
  on("delete", "click", () => ask(row, true));
  on("keep", "click", () => ask(row, false));
  on("really", "click", () => order("submit", "delete", id));
  return row;
}

function ask(row, isAsked) {
  row.classList.toggle("asked", isAsked);
  part(row, isAsked ? "keep" : "delete").focus();
}

function choose(id) {
  chosen = id;
  for (const [other, row] of rows) {
    row.classList.toggle("chosen", other === id);
    row.classList.remove("asked");
    part(row, "name").setAttribute("aria-expanded", other === id);
  }
}

// --- What is seen --------------------------------------------------------------------------------

function showTable() {
  const runs = props.value?.rows;
  if (!runs) return; // an order of ours
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
  part(root, "note").textContent = props.value.note;
  showPlots(props.value.plots);
}

function showRun(row, run) {
  row.dataset.state = run.state;
  row.dataset.name = run.name;
  row.classList.toggle("reads", run.reads);
  row.classList.toggle("best", run.is_best);
  part(row, "overlay").checked = run.is_shown;
  part(row, "overlay").setAttribute("aria-label", `Draw the curves of ${run.name}`);
  row.querySelector(".swatch").style.background = run.color;
  part(row, "name").textContent = run.name;
  part(row, "differs").textContent = run.settings;
  part(row, "message").textContent = run.message;
  row.querySelector("progress").value = run.fraction;
  row.querySelector("progress").hidden = !run.is_under_way;
  row.querySelector(".question").textContent = `Delete ${run.name} for good?`;
  for (const cell of row.querySelectorAll("[data-figure]")) {
    cell.textContent = figure(run, cell.dataset.figure);
  }
  part(row, "stop").hidden = !run.is_under_way;
  part(row, "read").hidden = !run.can_read || run.reads;
  row.querySelector(".on").hidden = !run.can_train_on;
}

function figure(run, name) {
  if (name === "parameters") return run.parameters.toLocaleString("en");
  if (name === "gap") {
    if (run.accuracy === null || run.train_accuracy === null) return "–";
    const points = 100 * (run.train_accuracy - run.accuracy);
    return `${points < 0 ? "−" : "+"}${Math.abs(points).toFixed(2)}`;
  }
  const value = run[name];
  if (value === null) return "–";
  if (name in DECIMALS) return value.toFixed(DECIMALS[name]);
  return `${(100 * value).toFixed(2)} %`;
}

function showPlots(plots) {
  for (const name of ["losses", "accuracies"]) {
    if (plots[name] && part(root, name).src !== plots[name]) part(root, name).src = plots[name];
    part(root, name).hidden = !plots[name];
    part(root, name).alt = plots.words ?? "";
  }
}

watch("value", showTable);
showTable();
