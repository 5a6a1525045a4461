// The address of the page. What it asks for when the page opens, the server reads and answers with
// `wished`; from then on it says where in the page one is. Another tab is a step that Back undoes;
// settings only change the address that is there.

const TABS = ["draw", "train", "mistakes", "experiments", "runs"];
const SETTINGS = [
  "data",
  ...["model", "epochs", "batch", "lr", "schedule"],
  ...["dropout", "augmentation", "optimizer", "seed"],
  ...["width", "activation", "images", "wrong", "flatten"],
];

let tab = "draw";
let isAnswered = false; // before that the address is the visitor's, not ours
let hasChosen = false; // a tab, before the answer came: what is pressed goes before what is asked for

function tabButton(name) {
  return document.getElementById(name + "-button");
}

function goTo(name) {
  if (!TABS.includes(name) || name === tab) return;
  tab = name;
  tabButton(name)?.click();
}

// --- What it asks for ----------------------------------------------------------------------------

props.value = (location.search + location.hash).slice(0, 6000);

function obey() {
  props.value = "";
  isAnswered = true;
  const wished = JSON.parse(props.wished || "{}");
  if (wished.hide?.length) {
    const style = document.createElement("style");
    style.textContent = wished.hide.join(", ") + " { display: none !important; }";
    document.head.append(style);
  }
  if (wished.strokes) {
    history.replaceState(history.state, "", location.pathname + location.search);
    document.dispatchEvent(new CustomEvent("mnist:draw", { detail: wished.strokes }));
  }
  if (!hasChosen) goTo(wished.tab);
  sayWhere(false);
}

// --- What it says --------------------------------------------------------------------------------

function queryNow() {
  const query = new URLSearchParams(location.search);
  for (const name of ["tab", "experiment", ...SETTINGS]) query.delete(name);
  // Settings alone would lead to the tab where they are.
  if (tab !== "draw" || props.settings_query) query.set("tab", tab);
  if (tab === "experiments" && props.experiment) query.set("experiment", props.experiment);
  for (const [name, value] of new URLSearchParams(props.settings_query)) query.set(name, value);
  if (tab === "experiments") {
    query.delete("data");
    if (props.experiment_data && props.experiment_data !== "mnist") query.set("data", props.experiment_data);
  }
  if (query.has("lang")) query.set("lang", document.documentElement.lang.split("-")[0]);
  return query.toString();
}

function sayWhere(isStep) {
  if (!isAnswered) return;
  const query = queryNow();
  if (query === location.search.slice(1)) return;
  const address = location.pathname + (query && "?" + query) + location.hash;
  try {
    if (isStep) history.pushState(history.state, "", address);
    else history.replaceState(history.state, "", address);
  } catch {
    // A browser may forbid it inside another site's page: then the address stays what it was.
  }
}

function tabChosen(event) {
  const name = event.target.closest?.("[role=tab]")?.id?.replace(/-button$/, "");
  if (!TABS.includes(name)) return;
  hasChosen ||= !isAnswered;
  if (name === tab) return;
  tab = name;
  sayWhere(true);
}

function wentBack() {
  const name = new URLSearchParams(location.search).get("tab") ?? "draw";
  goTo(name);
  sayWhere(false);
}

onPage(document, "click", tabChosen);
onPage(window, "popstate", wentBack);
watch("wished", obey);
watch(["settings_query", "experiment", "experiment_data"], () => sayWhere(false));
const language = new MutationObserver(() => sayWhere(false));
language.observe(document.documentElement, { attributeFilter: ["lang"] });
life.signal.addEventListener("abort", () => language.disconnect());
