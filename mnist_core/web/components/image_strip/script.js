// A strip of test images.
//
// props.value says of which data set (see tabs/image_strip.py), props.images brings some; both are
// texts of JSON, only ever written as text.

const strip = find("strip");
const tiles = strip.querySelector(".tiles");
const ANSWER_TIMEOUT_MS = 10000; // ms after which some are asked for anew

let dataSet = null; // { key, title, classes, is_own }; null where there is to be no strip
let entries = []; // the images that are shown
let read = null; // the place of the one that is read
let waiting = null; // the timer of the question under way

function follow() {
  const told = props.value ? JSON.parse(props.value) : null;
  const isOther = told?.key !== dataSet?.key;
  dataSet = told;
  strip.hidden = !dataSet;
  strip.dataset.set = dataSet?.key ?? "";
  if (!dataSet) return;
  write(find("strip-title"), say("strip.title", dataSet));
  if (isOther || entries.length === 0) begin();
  else nameTiles();
}

function begin() {
  entries = [];
  read = null;
  tiles.replaceChildren();
  turn(0);
}

function turn(first) {
  clearTimeout(waiting);
  waiting = setTimeout(() => element.isConnected && turn(first), ANSWER_TIMEOUT_MS);
  trigger("turn", { data_set: dataSet.key, first });
}

async function arrived() {
  const answer = props.images ? JSON.parse(props.images) : null;
  if (!answer || !dataSet || answer.data_set !== dataSet.key) return;
  clearTimeout(waiting);
  const missing = dataSet.is_own ? say("strip.none_own") : say("strip.none", dataSet);
  write(find("strip-note"), answer.labels ? "" : missing);
  if (!answer.labels) return;
  const sheet = await decodeSprite(answer.sprite, answer.side);
  const hadFocus = tiles.contains(document.activeElement);
  entries = answer.labels.map((label, number) => ({ place: answer.first + number, label, sheet, number }));
  tiles.replaceChildren(...entries.map(newTile));
  rove(tiles, [...tiles.children], tiles.firstElementChild);
  if (hadFocus) tiles.firstElementChild.focus();
  strip.dataset.first = answer.first;
  find("strip-back").disabled = answer.first === 0;
  find("strip-on").disabled = answer.first + entries.length >= answer.count;
  nameTiles();
}

function newTile(entry) {
  const tile = copyOf(strip.querySelector("template"));
  tile.dataset.place = entry.place;
  paintEntry(tile.querySelector("canvas"), entry);
  tile.addEventListener("click", () => press(entry));
  return tile;
}

function press(entry) {
  readTestImage(entry, { dataSet: dataSet.key, title: dataSet.title, label: dataSet.classes[entry.label] });
}

function nameTiles() {
  if (!dataSet) return;
  [...tiles.children].forEach((tile, i) => {
    const { place, label } = entries[i];
    tile.title = say("strip.image", { place: place.toLocaleString("en"), label: dataSet.classes[label] });
    tile.setAttribute("aria-label", tile.title);
    tile.setAttribute("aria-pressed", place === read);
  });
}

// What is in the picture's place is one of these, or something else.
function mark(place) {
  read = place;
  nameTiles();
}

onPage(document, "mnist:test-image", ({ detail }) => mark(detail.dataSet === dataSet?.key ? detail.image : null));
onPage(document, "mnist:picture", ({ detail }) => detail.testImage || mark(null));
onPage(document, "mnist:picture-gone", () => mark(null));
find("strip-back").addEventListener("click", () => turn(Math.max(entries[0].place - entries.length, 0)));
find("strip-on").addEventListener("click", () => turn(entries[0].place + entries.length));
watch("value", follow);
watch("images", arrived);
watch("text", follow);
follow();
