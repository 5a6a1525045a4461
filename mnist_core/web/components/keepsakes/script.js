// Keeps what was labelled and what runs came to (see browser_store.js), and offers the drawings that
// the session does not count: those of an earlier visit.

const STORE = "mnist-counted"; // which of the kept drawings the session counts, for a reload
const root = find("keepsakes");

let visit = ""; // names the session; "" before we know it
let counted = new Set(); // the drawings that it counts, by their hashes
let isKeeping = true; // whether the browser lets us
let broughtBack = []; // the drawings that are on their way

// --- Which drawings the session counts -----------------------------------------------------------

// A drawing is told from others by its strokes, as the server does.
function hashOf({ strokes }) {
  let hash = 0;
  for (const letter of JSON.stringify(strokes)) hash = (Math.imul(31, hash) + letter.charCodeAt(0)) | 0;
  return hash;
}

function storeCounted() {
  try {
    sessionStorage.setItem(STORE, JSON.stringify({ visit, counted: [...counted] }));
  } catch {
    // After a reload they are offered once more; to count one twice is not possible.
  }
}

function storedCounted(visit) {
  try {
    const stored = JSON.parse(sessionStorage.getItem(STORE));
    return stored.visit === visit ? stored.counted : [];
  } catch {
    return [];
  }
}

// What was labelled before the session had a name belongs to it; with another one, all is of before.
function enter(name) {
  counted = new Set(visit === "" ? [...counted, ...storedCounted(name)] : []);
  visit = name;
  storeCounted();
}

function earlierDrawings() {
  return readKept(DRAWINGS).filter((drawing) => !counted.has(hashOf(drawing)));
}

// --- Keeping -------------------------------------------------------------------------------------

function keepDrawings(drawings) {
  for (const drawing of drawings) counted.add(hashOf(drawing));
  storeCounted();
  const others = readKept(DRAWINGS).filter((kept) => !drawings.some((drawing) => hashOf(drawing) === hashOf(kept)));
  note(keep(DRAWINGS, [...others, ...drawings]));
}

function takeBack(drawing) {
  note(keep(DRAWINGS, readKept(DRAWINGS).filter((kept) => hashOf(kept) !== hashOf(drawing))));
}

// A file that somebody opens; the server refuses it as a whole, and so do we.
function keepFile(content) {
  try {
    const entries = JSON.parse(content);
    if (entries.every(isDrawing)) keepDrawings(entries.map(({ label, strokes }) => ({ label, strokes })));
  } catch {
    // Nothing to keep: the server says why.
  }
}

const deleted = new Set(); // runs that the visitor has deleted

function keepResults(results) {
  const kept = new Map(readKept(RESULTS).map((result) => [result.id, result]));
  const isNew = (result) => kept.get(result.id)?.epochs.length !== result.epochs.length || kept.get(result.id).diverged !== result.diverged;
  const news = results.filter((result) => !deleted.has(result.id) && isNew(result));
  if (news.length === 0) return;
  for (const result of news) kept.set(result.id, { at: Date.now(), ...result });
  note(keep(RESULTS, [...kept.values()]));
}

function forgetResult(id) {
  deleted.add(id);
  keep(RESULTS, readKept(RESULTS).filter((result) => result.id !== id));
}

function note(isKept) {
  isKeeping = isKept;
  show();
}

// --- What is seen --------------------------------------------------------------------------------

function show() {
  const count = earlierDrawings().length;
  const isAsked = !root.querySelector(".question").hidden && count > 0;
  root.dataset.kept = readKept(DRAWINGS).length;
  root.querySelector(".offer").hidden = visit === "" || count === 0 || isAsked;
  root.querySelector(".question").hidden = !isAsked;
  write(find("kept-offer"), count ? say("keepsakes.offer", { count }) : "");
  write(find("bring-back"), say("keepsakes.bring_back", { count: Math.min(count, props.most) }));
  write(find("forget-kept-question"), isAsked ? say("leaderboard.really", { drawings: count }) : "");
  write(find("kept-where"), isKeeping ? say("keepsakes.where") : say("keepsakes.nowhere"));
}

function ask(isAsked) {
  root.querySelector(".question").hidden = !isAsked;
  show();
  find(isAsked ? "keep-kept" : "forget-kept").focus();
}

function bringBack() {
  broughtBack = earlierDrawings().slice(-props.most);
  trigger("bring_back", { content: JSON.stringify(broughtBack) });
}

find("bring-back").addEventListener("click", bringBack);
find("forget-kept").addEventListener("click", () => ask(true));
find("keep-kept").addEventListener("click", () => ask(false));
find("really-forget-kept").addEventListener("click", () => {
  root.querySelector(".question").hidden = true;
  note(keep(DRAWINGS, readKept(DRAWINGS).filter((drawing) => counted.has(hashOf(drawing)))));
});

// What the server says: which session this is, and what its runs have come to.
function hear() {
  const news = JSON.parse(props.value || "null");
  if (!news?.visit) return;
  if (news.visit !== visit) enter(news.visit);
  keepResults(news.results);
  show();
}

// What is drawn to teach a class of the visitor's own is no digit, and is not kept.
onPage(document, "mnist:labelled", ({ detail }) => isDrawing(detail) && keepDrawings([detail]));
onPage(document, "mnist:recalled", ({ detail }) => takeBack(detail));
onPage(document, "mnist:opened", ({ detail }) => keepFile(detail));
onPage(document, "mnist:forgotten", () => note(keep(DRAWINGS, [])));
onPage(document, "mnist:deleted", ({ detail }) => forgetResult(detail));
onKept(show);
watch("brought", () => keepDrawings(broughtBack));
watch("value", hear);
watch("text", show);

// Nothing changes by this, but a browser that keeps nothing refuses it.
note(keep(DRAWINGS, readKept(DRAWINGS)));
hear();
