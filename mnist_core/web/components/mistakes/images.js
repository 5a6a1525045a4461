// Images as small buttons; pressing one has it read in the Draw tab.
//
// An entry is { place, label, digit, confidence, other, sheet, number }: where the image is in the
// test set, what it is, what is read, how surely, what the other network reads, and where its picture
// is (see tiles.js).

// A class by its name, or the digit that it is.
function called(index) {
  return shown.classes?.[index] ?? index;
}

// The same within a sentence: "coat", "a 7", "an 8".
function mentioned(index) {
  return shown.classes?.[index] ?? named(index);
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
  if (isCompared) return called(other) + " → " + called(digit);
  const words = label === digit ? called(digit) : called(label) + " → " + called(digit);
  return words + "\n" + probable(confidence);
}

function titleOf({ place, label, digit, confidence }) {
  const facts = { place: place.toLocaleString("en"), label: mentioned(label), digit: mentioned(digit) };
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

// --- Into the Draw tab -----------------------------------------------------------------------------

let takes = Date.now(); // of what is taken, so that no two are the same
let taking = null; // the entry that is on its way, and what is said of it

function take(entry) {
  const { data_set: dataSet, title } = shown;
  taking = { entry, words: { dataSet, title, label: mentioned(entry.label) } };
  trigger("take", { seq: ++takes, network: shown.network, image: entry.place });
}

// The network that misread it reads now: then the image can come.
function taken() {
  if (!props.taken || !taking || JSON.parse(props.taken).seq !== takes) return;
  const { entry, words } = taking;
  taking = null;
  readTestImage(entry, words);
  openTab("draw");
}
