// The experiment cards. props.value is a CardsStatus (see __init__.py), written as text only.

const root = find("experiments");
const list = root.querySelector(".cards");
const detail = copyOf(list.querySelector(".detail-mold"));
const part = (name) => find(name, detail);
const tell = (name, text) => write(part(name), text);
const cards = new Map(); // experiment → its card

let texts = {}; // experiment → what its card says, by the names of their places
let opened = null; // the experiment whose card is open here, before the server has heard of it

// --- Orders --------------------------------------------------------------------------------------

function order(action) {
  trigger("order", { action, experiment: opened });
}

function newCard(name) {
  const card = copyOf(list.querySelector(".mold"));
  card.dataset.experiment = name;
  card.querySelector(".head").addEventListener("click", () => {
    open(name);
    order("show");
  });
  list.querySelector(".meanings").before(card);
  return card;
}

for (const action of ["try", "seeds", "retry", "stop"]) {
  part(action).addEventListener("click", () => order(action));
}

part("compare").addEventListener("click", () => {
  trigger("mistakes", props.value.compared);
  openTab("mistakes");
});

const dataChoice = find("experiment-data");
dataChoice.addEventListener("change", () => {
  detail.classList.add("unanswered"); // what came of another data set is not shown under this name
  trigger("choose_data", { dataset: dataChoice.value });
});

// --- What is seen --------------------------------------------------------------------------------

function open(name) {
  if (opened === name) return;
  opened = name;
  root.dataset.chosen = name;
  showTexts();
  for (const [other, card] of cards) {
    card.classList.toggle("open", other === name);
    card.querySelector(".head").setAttribute("aria-expanded", other === name);
  }
  cards.get(name).append(detail);
  detail.classList.add("unanswered"); // what the one before came to is not shown under this name
}

function showTexts() {
  for (const [name, card] of cards) write(card.querySelector(".name"), texts[name].title);
  for (const [name, text] of Object.entries(texts[opened])) tell(name, text);
}

function showStatus() {
  const status = props.value;
  if (!status) return;
  texts = status.experiments;
  for (const name of Object.keys(texts)) if (!cards.has(name)) cards.set(name, newCard(name));
  for (const [name, card] of cards) {
    if (texts[name]) continue; // else its pictures are gone
    card.remove();
    cards.delete(name);
  }
  list.style.gridTemplateRows = "repeat(" + cards.size + ", auto) 1fr";
  showDataSets(status);
  open(status.chosen);
  showTexts(); // the language may be another than last time
  detail.classList.remove("unanswered");
  root.dataset.state = status.state;
  for (const [name, card] of cards) {
    write(find("badge", card), status.badges[name] ?? "");
  }
  tell("change", status.change);
  tell("note", status.note);
  tell("verdict", status.verdict);
  tell("seeds", status.more_seeds);
  tell("time", status.time);
  tell("retry", say("cards.retry", { rate: status.retry_rate }));
  const running = status.state === "running";
  show("try", ["untried", "stopped"].includes(status.state));
  show("retry", status.state === "diverged" && status.retry_rate !== null);
  show("seeds", !running && status.more_seeds !== "");
  show("stop", running);
  show("compare", status.compared !== null);
  detail.classList.toggle("tried", status.sides.length > 0);
  detail.classList.toggle("exploded", status.state === "diverged");
  status.sides.forEach((side, number) => showSide(["baseline", "variant"][number], side));
  showPlots(status.plots, detail);
  detail.classList.toggle("compares", status.compares);
  showDemonstration(status.demonstration);
}

function showDataSets({ dataset, datasets, fetches }) {
  const isSame = ([key, title], i) => dataChoice.options[i]?.value === key && dataChoice.options[i].text === title;
  if (!datasets.every(isSame)) dataChoice.replaceChildren(...datasets.map(([key, title]) => new Option(title, key)));
  dataChoice.value = dataset;
  root.dataset.set = dataset;
  write(find("fetches"), fetches);
}

// What compares nothing: words of another piece by piece, sentences, a picture.
function showDemonstration(shown) {
  const box = part("demonstration");
  box.hidden = !shown;
  if (!shown) return;
  const quote = find("quote", box);
  quote.hidden = shown.quote === "";
  write(quote, shown.quote);
  const pieces = shown.pieces.flatMap(({ text, meaning }) => [quoted("dt", text), textOf("dd", meaning)]);
  box.querySelector(".pieces").replaceChildren(...pieces);
  box.querySelector(".lines").replaceChildren(...shown.lines.map((line) => textOf("p", line)));
  const picture = find("picture", box);
  picture.hidden = shown.picture === "";
  if (!picture.hidden) {
    if (picture.src !== shown.picture) picture.src = shown.picture;
    picture.alt = shown.lines.join(" ");
  }
}

// What another says stays in its language.
function quoted(tag, text) {
  const node = textOf(tag, text);
  node.lang = "en";
  return node;
}

function textOf(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

function showSide(name, side) {
  const row = detail.querySelector('.side[data-side="' + name + '"]');
  row.dataset.state = side.state;
  write(row.querySelector(".of"), side.runs);
  const figures = {
    accuracy: percent(side.accuracy),
    train_accuracy: percent(side.train_accuracy),
    gap: gap(side),
    loss: decimal(side.loss, 4),
    seconds: decimal(side.seconds, 1),
    parameters: side.parameters.toLocaleString("en"),
  };
  for (const cell of row.querySelectorAll("td")) write(cell, figures[cell.dataset.figure]);
  const progress = detail.querySelector('.progress[data-side="' + name + '"]');
  progress.hidden = side.message === "";
  progress.querySelector("progress").value = side.fraction;
  write(progress.querySelector(".message"), side.message);
}

function show(name, isShown) {
  part(name).hidden = !isShown;
}

watch("value", showStatus);
showStatus();
