// The mistakes of a network.
//
// Reading order: images, the matrix, the quiz, how sure it is, the map, and this, which asks for it
// all. What the server answers comes as texts of JSON (see __init__.py), only ever written as text.

const root = find("mistakes");
const known = root.querySelector(".known");
const switches = [...root.querySelectorAll("[data-open]")];
const ANSWER_TIMEOUT_MS = 20000; // many may want to have 10,000 images read

let networks = []; // that there are: { key, name, edition, data_set }
let wishes = null; // how often another tab has asked for networks
let wanted = { network: "", against: "" };
let isChosen = false; // by the visitor, who then keeps it
let lookedFor = ""; // the networks and weights whose figures were asked for last
let looks = Date.now();
let waiting = null; // the timer of that question
let shown = null; // the figures that are shown, or the sentence in their place

function nameOf(key) {
  return networks.find((network) => network.key === key)?.name ?? "";
}

function dataSetOf(key) {
  return networks.find((network) => network.key === key)?.data_set;
}

// Whether two networks have learned the same, so that their mistakes can be compared.
function areAlike(one, other) {
  return dataSetOf(one) === dataSetOf(other);
}

function editionOf(key) {
  return networks.find((network) => network.key === key)?.edition ?? "";
}

// --- Which network ---------------------------------------------------------------------------------

function follow() {
  if (!props.value) return;
  const news = JSON.parse(props.value);
  networks = news.networks;
  const isWish = wishes !== null && wishes !== news.wishes;
  const isGone = !networks.some(({ key }) => key === wanted.network);
  if (isWish || isGone || !isChosen) wanted = { network: news.network, against: news.against };
  if (!areAlike(wanted.network, wanted.against)) wanted.against = "";
  isChosen ||= isWish || news.wishes > 0;
  wishes = news.wishes;
  fillChoices();
  if (isWish) open("matrix");
  look();
}

function fillChoices() {
  fill(find("network"), networks, wanted.network);
  const others = networks.filter(({ key }) => key !== wanted.network && areAlike(key, wanted.network));
  fill(find("other-network"), [{ key: "", name: say("misread.nobody") }, ...others], wanted.against);
}

function fill(select, choices, chosen) {
  const options = choices.map(({ key, name }) => new Option(name, key));
  const isSame = options.every(({ text, value }, i) => select.options[i]?.text === text && select.options[i].value === value);
  if (!isSame || select.options.length !== options.length) select.replaceChildren(...options);
  select.value = chosen;
}

function choose() {
  isChosen = true;
  wanted = { network: find("network").value, against: find("other-network").value };
  if (wanted.against === wanted.network || !areAlike(wanted.network, wanted.against)) wanted.against = "";
  fillChoices();
  look();
}

// --- Its figures -----------------------------------------------------------------------------------

function isInSight() {
  return root.getClientRects().length > 0;
}

function look() {
  const { network, against } = wanted;
  const name = [network, editionOf(network), against, editionOf(against)].join(" ");
  if (!network || name === lookedFor || !isInSight()) return;
  lookedFor = name;
  clearTimeout(waiting);
  waiting = setTimeout(lookAgain, ANSWER_TIMEOUT_MS);
  if (shown?.network !== network) write(find("headline"), say("misread.reading", { network: nameOf(network) }));
  trigger("look", { seq: ++looks, network, against });
}

function lookAgain() {
  lookedFor = "";
  look();
}

function heard() {
  const answer = props.reading ? JSON.parse(props.reading) : null;
  if (!answer || answer.seq !== looks) return;
  clearTimeout(waiting);
  const isOther = !shown || shown.network !== answer.network || shown.against !== answer.against;
  shown = answer;
  if (isOther) select(null);
  if (hidden && hidden.data_set !== shown.data_set) forgetMap();
  show();
  if (shown.problem) return;
  if (shown.comparison && isOther) select({ what: "gained" });
  else select(selection ?? { what: "cell", label: null, digit: null });
  openView();
}

function show() {
  known.hidden = Boolean(shown.problem);
  root.dataset.network = shown.problem ? "" : shown.network;
  root.dataset.edition = shown.edition ?? "";
  write(find("headline"), shown.problem ?? headline());
  if (shown.problem) return;
  showMatrix();
  nameGuesses();
  showSureness();
  if (hidden) fillMapTable();
}

function headline() {
  const [count, images] = [misreadOf(shown.confusion), sum(shown.confusion.flat())];
  const facts = { network: nameOf(shown.network), count, images: images.toLocaleString("en") };
  return say("misread.headline", { ...facts, accuracy: percent(1 - count / images) });
}

// --- The views: one is open ------------------------------------------------------------------------

function open(view) {
  root.dataset.view = view;
  for (const button of switches) button.setAttribute("aria-pressed", button.dataset.open === view);
  for (const part of root.querySelectorAll("[data-shows]")) part.hidden = part.dataset.shows !== view;
  openView();
}

// What a view needs is asked for when it is opened, or the network is another.
let quizzed = ""; // the network and its weights that the quiz is about

function openView() {
  if (!shown || shown.problem) return;
  const name = shown.network + " " + shown.edition;
  if (root.dataset.view === "quiz" && quizzed !== name) {
    quizzed = name;
    beginQuiz();
  }
  if (root.dataset.view === "map") askMap(); // the drawing may be another one
}

// --- The page around it ----------------------------------------------------------------------------

for (const button of switches) button.addEventListener("click", () => open(button.dataset.open));
find("network").addEventListener("change", choose);
find("other-network").addEventListener("change", choose);

let wasInSight = false;
new ResizeObserver(() => {
  const isNow = isInSight();
  if (isNow && !wasInSight) {
    look();
    if (root.dataset.view === "map") openView();
  }
  wasInSight = isNow;
  drawMap();
}).observe(root);

const theme = new MutationObserver(drawMap);
theme.observe(document.body, { attributeFilter: ["class"] });
life.signal.addEventListener("abort", () => theme.disconnect());

watch("value", follow);
watch("reading", heard);
watch("images", picked);
watch("hidden", mapHeard);
watch("taken", taken);
watch("text", () => {
  fillChoices();
  if (shown && !shown.problem && !shown.classes) {
    show();
    select(selection);
    sayMap();
    write(find("tally"), tally());
  } else lookAgain();
});
open("matrix");
follow();
