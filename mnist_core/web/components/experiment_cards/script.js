// The experiment cards. props.value is a CardsStatus (see __init__.py), written as text only.

const root = find("experiments");
const list = root.querySelector(".cards");
const detail = copyOf(list.querySelector(".detail-mold"));
const cards = new Map(); // experiment → its card

let texts = {}; // experiment → what its card says
let opened = null; // the experiment whose card is open here, before the server has heard of it

const order = (action) => trigger("order", { action, experiment: opened });
const part = (name) => find(name, detail);

function newCard(name) {
  const card = copyOf(list.querySelector(".mold"));
  card.dataset.experiment = name;
  write(card.querySelector(".name"), texts[name].title);
  card.querySelector(".head").addEventListener("click", () => {
    open(name);
    order("show");
  });
  list.append(card);
  return card;
}

function open(name) {
  if (opened === name) return;
  opened = name;
  root.dataset.chosen = name;
  for (const text of ["title", "suggestion", "expectation", "baseline"]) {
    write(part(text), texts[name][text]);
  }
  for (const [other, card] of cards) {
    card.classList.toggle("open", other === name);
    card.querySelector(".head").setAttribute("aria-expanded", other === name);
  }
  cards.get(name).append(detail);
  detail.classList.add("unanswered"); // what the one before came to is not shown under this name
}

function showStatus() {
  const status = props.value;
  if (!status) return;
  texts = status.experiments;
  for (const name of Object.keys(texts)) if (!cards.has(name)) cards.set(name, newCard(name));
  list.style.setProperty("--cards", cards.size);
  for (const [name, card] of cards) write(find("badge", card), status.badges[name] ?? "");
  open(status.chosen);
  detail.classList.remove("unanswered");
  root.dataset.state = status.state;
  write(part("change"), status.change);
  write(part("note"), status.note);
  write(part("verdict"), status.verdict);
  write(part("seeds"), status.more_seeds);
  write(part("retry"), `Retry with ${status.retry_rate}`);
  const running = status.state === "running";
  show(part("try"), ["untried", "stopped"].includes(status.state));
  show(part("retry"), status.state === "diverged" && status.retry_rate !== null);
  show(part("seeds"), !running && status.more_seeds !== "");
  show(part("stop"), running);
  detail.classList.toggle("tried", status.sides.length > 0);
  detail.classList.toggle("exploded", status.state === "diverged");
  status.sides.forEach((side, number) => showSide(["baseline", "variant"][number], side));
  showPlots(status.plots, detail);
}

function showSide(name, side) {
  const row = detail.querySelector(`.side[data-side="${name}"]`);
  row.dataset.state = side.state;
  write(row.querySelector(".of"), side.runs);
  for (const cell of row.querySelectorAll("td")) showFigure(cell, side);
  const progress = detail.querySelector(`.progress[data-side="${name}"]`);
  show(progress, side.message !== "");
  progress.querySelector("progress").value = side.fraction;
  write(progress.querySelector(".message"), side.message);
}

for (const action of ["try", "seeds", "retry", "stop"]) {
  part(action).addEventListener("click", () => order(action));
}

watch("value", showStatus);
showStatus();
