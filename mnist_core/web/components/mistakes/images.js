// Images as small buttons; pressing one has it read in the Draw tab.
//
// An entry is { place, label, digit, confidence, other, sheet, number }: where the image is in the
// test set, what it is, what is read, how surely, what the other network reads, and the sprite that
// it lies in, as which one.

const COLUMNS = 40; // of a sprite, as the server packs it
const TILE = 28;

async function decodeSprite(sprite) {
  const sheet = new Image();
  sheet.src = "data:image/png;base64," + sprite;
  await sheet.decode();
  return sheet;
}

function paintEntry(canvas, { sheet, number }) {
  const [x, y] = [TILE * (number % COLUMNS), TILE * Math.floor(number / COLUMNS)];
  canvas.getContext("2d").drawImage(sheet, x, y, TILE, TILE, 0, 0, TILE, TILE);
}

function entriesOf(answer, sheet) {
  return answer.places.map((place, number) => ({
    place,
    label: answer.labels[number],
    digit: answer.digits[number],
    confidence: answer.confidences[number],
    other: answer.others[number],
    sheet,
    number,
  }));
}

// Where two networks are compared: what the other one reads → what this one reads.
function captionOf({ label, digit, confidence, other }, isCompared) {
  if (isCompared) return other + " → " + digit;
  return (label === digit ? digit : label + " → " + digit) + "\n" + probable(confidence);
}

function titleOf({ place, label, digit, confidence }) {
  const facts = { place: place.toLocaleString("en"), label: named(label), digit: named(digit) };
  return say("misread.tile", { ...facts, confidence: probable(confidence) });
}

function newTile(entry, isCompared) {
  const tile = copyOf(element.querySelector(".tile-mold"));
  tile.dataset.place = entry.place;
  tile.classList.toggle("wrong", entry.label !== entry.digit);
  paintEntry(tile.querySelector("canvas"), entry);
  write(tile.querySelector(".caption"), captionOf(entry, isCompared));
  tile.setAttribute("aria-label", titleOf(entry));
  tile.title = titleOf(entry);
  tile.addEventListener("click", () => take(entry));
  return tile;
}

// Puts entries behind those that are there, or in their place.
function showTiles(box, entries, { isMore = false, isCompared = false } = {}) {
  const tiles = entries.map((entry) => newTile(entry, isCompared));
  if (isMore) box.append(...tiles);
  else box.replaceChildren(...tiles);
  rove(box, [...box.children], isMore ? tiles[0] : box.firstElementChild);
  if (isMore) tiles[0]?.focus();
}

// One of many buttons is reached by Tab, the others by the arrow keys.
function rove(box, buttons, first) {
  for (const button of buttons) button.tabIndex = button === first ? 0 : -1;
  box.onfocusin = ({ target }) => {
    if (!buttons.includes(target)) return;
    for (const button of buttons) button.tabIndex = button === target ? 0 : -1;
  };
  box.onkeydown = (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perLine(), ArrowDown: perLine() };
    const at = buttons.indexOf(event.target);
    const next = buttons[event.key === "Home" ? 0 : event.key === "End" ? buttons.length - 1 : at + steps[event.key]];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  };
  function perLine() {
    const line = buttons.filter((button) => button.offsetTop === buttons[0].offsetTop);
    return Math.max(line.length, 1);
  }
}

// --- Into the Draw tab -----------------------------------------------------------------------------

let takes = Date.now(); // of what is taken, so that no two are the same
let taking = null; // the entry that is on its way

function take(entry) {
  taking = entry;
  trigger("take", { seq: ++takes, network: shown.network, image: entry.place });
}

// The network that misread it reads now: then the image can come.
function taken() {
  if (!props.taken || !taking || JSON.parse(props.taken).seq !== takes) return;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = TILE;
  paintEntry(canvas, taking);
  const detail = { image: taking.place, label: taking.label, shown: canvas.toDataURL() };
  taking = null;
  document.dispatchEvent(new CustomEvent("mnist:test-image", { detail }));
  openTab("draw");
}
