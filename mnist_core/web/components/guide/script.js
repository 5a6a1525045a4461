// The book beside the page. Which page is open stands in the address, so that a teacher can name it;
// that and what is done the browser remembers. Reading order: the memory, the pages, what the reader
// does.

const STORE = "mnist-guide";
const COUNT = PAGES.length;
const LIT_MS = 6000; // ms for which the place that a page speaks of is lit
const PATIENCE = 100; // tenths of a second that a tab may take to be built

const book = find("book");
const root = find("guide");
const articles = [];
const steps = [];

// --- The memory ----------------------------------------------------------------------------------

let page = 0; // 0 while the book is closed
let last = 1; // the page that was open last
let done = new Set();

function remember() {
  try {
    localStorage.setItem(STORE, JSON.stringify({ page, last, done: [...done] }));
  } catch {
    // No storage: the book begins anew with the next visit, no more.
  }
}

function isPage(value) {
  return Number.isInteger(value) && value >= 1 && value <= COUNT;
}

function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE)) ?? {};
    if (isPage(kept.last)) last = kept.last;
    if (Array.isArray(kept.done)) done = new Set(kept.done.filter(isPage));
    return isPage(kept.page) ? kept.page : 0;
  } catch {
    return 0;
  }
}

function sayInAddress() {
  const query = new URLSearchParams(location.search);
  if (page) query.set("guide", page);
  else query.delete("guide");
  const search = query.toString();
  if (search === location.search.slice(1)) return;
  try {
    history.replaceState(history.state, "", location.pathname + (search && "?" + search) + location.hash);
  } catch {
    // A browser may forbid it inside another site's page.
  }
}

// --- The pages -----------------------------------------------------------------------------------

function open(next) {
  page = next;
  if (page) last = page;
  root.dataset.page = page || "";
  book.hidden = page === 0;
  for (const article of articles) article.hidden = Number(article.dataset.page) !== page;
  find("back").disabled = page === 1;
  find("next").disabled = page === COUNT;
  showState();
  remember();
}

function turnTo(next) {
  open(next);
  sayInAddress();
  if (!page) return;
  show();
  articles[page - 1].querySelector("h2").focus({ preventScroll: true });
}

function show() {
  const { tab, lit } = PAGES[page - 1];
  const button = document.getElementById(tab + "-button");
  if (button?.getAttribute("aria-selected") !== "true") button?.click();
  light(lit, PATIENCE);
}

// A tab that was never open is built first; some frames later its parts are there.
function light(selector, patience) {
  const place = [...document.querySelectorAll(selector)].find((node) => node.getClientRects().length);
  if (!place) return patience && setTimeout(() => light(selector, patience - 1), 100);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  place.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  for (const old of document.querySelectorAll(".lit")) old.classList.remove("lit");
  place.classList.add("lit");
  setTimeout(() => place.classList.remove("lit"), LIT_MS);
}

function showState() {
  write(book.querySelector(".place"), page ? say("guide.place", { page, count: COUNT }) : "");
  for (const [index, step] of steps.entries()) {
    const number = index + 1;
    const name = say("guide.step", { page: number });
    step.classList.toggle("done", done.has(number));
    step.setAttribute("aria-current", number === page ? "step" : "false");
    step.setAttribute("aria-label", done.has(number) ? say("guide.step_done", { step: name }) : name);
    [step.title] = PAGES[index].words();
  }
  for (const article of articles) {
    const number = Number(article.dataset.page);
    const words = PAGES[number - 1].words();
    for (const [place, part] of ["h2", ".text", ".why", ".task"].entries())
      write(article.querySelector(part), words[place]);
    article.toggleAttribute("data-done", done.has(number));
    const said = article.querySelector("[data-said]");
    const lines = article.querySelector("pre");
    write(said, props.value?.said?.[number - 1] ?? "");
    write(lines, props.value?.program?.[number - 1] ?? "");
    said.hidden = said.textContent === "";
    lines.hidden = lines.textContent === "";
  }
}

// --- What the reader does ------------------------------------------------------------------------

function tick(number) {
  if (done.has(number)) return;
  done.add(number);
  showState();
  remember();
}

function pressed(event) {
  for (const [index, { pressed: selector }] of PAGES.entries())
    if (selector && event.target.closest?.(selector)) tick(index + 1);
}

// A digit that somebody has drawn is read.
function read() {
  const panel = document.querySelector("[data-testid=prediction]");
  if (panel?.dataset.digit) tick(2);
}

// Who comes by an address of the guide alone is led to the place, once the page is there.
let leads = new URLSearchParams(location.search).has("guide");
if (new URLSearchParams(location.search).has("tab")) leads = false;

function hear() {
  if (leads && page) show();
  leads = false;
  if (props.value?.has_begun) tick(4);
  if (props.value?.has_finished) tick(5);
  showState();
}

for (let number = 1; number <= COUNT; number++) {
  const step = copyOf(root.querySelector(".steps template"));
  step.dataset.step = number;
  write(step, number);
  step.addEventListener("click", () => turnTo(number === page ? 0 : number));
  root.querySelector(".steps").append(step);
  steps.push(step);
  const article = copyOf(book.querySelector("template"));
  article.dataset.page = number;
  book.querySelector(".pages").append(article);
  articles.push(article);
}
find("open-guide").addEventListener("click", () => turnTo(page ? 0 : last));
find("close").addEventListener("click", () => {
  turnTo(0);
  steps[last - 1].focus();
});
find("back").addEventListener("click", () => turnTo(page - 1));
find("next").addEventListener("click", () => turnTo(page + 1));
find("show").addEventListener("click", show);
book.addEventListener("keydown", (event) => event.key === "Escape" && find("close").click());
onPage(document, "click", pressed);
onPage(document, "mnist:read", () => requestAnimationFrame(read));
watch("value", hear);
watch("text", showState);

const remembered = recall();
const asked = Number(new URLSearchParams(location.search).get("guide"));
open(isPage(asked) ? asked : remembered);
if (page) sayInAddress();
