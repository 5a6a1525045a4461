// What runs of earlier visits came to: read from the browser's own store (see browser_store.js). Only
// their settings go to the server, which puts them into words, or says that there are no such.

const root = find("past-results");
const list = root.querySelector("ul");
const MOST = 100; // results that are listed

let asked = ""; // which settings we have asked about last, and in which language

function words() {
  return new Map(Object.entries(JSON.parse(props.words || "{}")));
}

function pastResults() {
  if (!props.value) return []; // not yet known which runs are here
  const here = new Set(props.value.runs);
  const past = readKept(RESULTS).filter(({ id }) => !here.has(id));
  return past.slice(-MOST).reverse(); // the newest first
}

function show() {
  const results = pastResults();
  const settings = [...new Set(results.map((result) => result.settings))];
  const question = say("language.tag") + JSON.stringify(settings);
  if (settings.length && question !== asked) {
    asked = question;
    trigger("describe", { settings });
  }
  const shown = results.filter((result) => words().get(result.settings));
  root.hidden = shown.length === 0;
  root.dataset.results = shown.length;
  list.replaceChildren(list.querySelector("template"), ...shown.map(newEntry));
  if (root.hidden) root.querySelector(".question").hidden = true;
  write(find("forget-results-question"), say("past.really", { count: shown.length }));
}

function newEntry(result) {
  const entry = copyOf(list.querySelector("template"));
  const name = say("run.name", { number: result.number });
  write(entry.querySelector(".name"), name);
  write(entry.querySelector(".settings"), words().get(result.settings));
  write(entry.querySelector(".outcome"), outcomeOf(result));
  write(entry.querySelector("time"), new Date(result.at).toLocaleDateString(document.documentElement.lang));
  drawLine(entry.querySelector("polyline"), result.epochs.map(({ accuracy }) => accuracy));
  find("train-again", entry).addEventListener("click", () => {
    trigger("again", { settings: result.settings });
    openTab("train");
  });
  find("forget-result", entry).addEventListener("click", () => {
    keep(RESULTS, readKept(RESULTS).filter(({ id }) => id !== result.id));
  });
  for (const button of entry.querySelectorAll("button"))
    button.setAttribute("aria-label", button.textContent + ": " + name);
  return entry;
}

function outcomeOf({ diverged, epochs }) {
  if (diverged) return say("past.diverged");
  const { accuracy, loss } = epochs.at(-1);
  return say("past.outcome", { count: epochs.length, accuracy: percent(accuracy), loss: decimal(loss, 4) });
}

// The test accuracy of each epoch as a small line, from its lowest to its highest.
function drawLine(line, values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (i) => (60 * i) / (values.length - 1);
  const y = (value) => 19 - (18 * (value - low)) / (high - low || 1);
  const points = values.length > 1 ? values.map((value, i) => x(i) + "," + y(value)) : [];
  line.setAttribute("points", points.join(" "));
}

function ask(isAsked) {
  root.querySelector(".question").hidden = !isAsked;
  find(isAsked ? "keep-results" : "forget-results").focus();
}

find("forget-results").addEventListener("click", () => ask(true));
find("keep-results").addEventListener("click", () => ask(false));
find("really-forget-results").addEventListener("click", () => {
  const here = new Set(props.value.runs);
  keep(RESULTS, readKept(RESULTS).filter(({ id }) => here.has(id)));
});

onKept(show);
watch(["value", "words"], show);
watch("text", show);
show();
