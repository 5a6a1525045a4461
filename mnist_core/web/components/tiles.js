// Test images as small buttons, cut out of sprites (see sprites.py).
//
// A sheet is a sprite in the page: { image, side }, the side being that of one of its images in
// pixels. An entry has the sheet that its image lies in, and its number there.

const COLUMNS = 40; // of a sprite, as the server packs it

async function decodeSprite(sprite, side) {
  const image = new Image();
  image.src = "data:image/png;base64," + sprite;
  await image.decode();
  return { image, side };
}

// Where an image lies in its sprite: left and top.
function cornerOf({ sheet: { side }, number }) {
  return [side * (number % COLUMNS), side * Math.floor(number / COLUMNS)];
}

function paintEntry(canvas, entry) {
  const { image, side } = entry.sheet;
  if (canvas.width !== side) canvas.width = canvas.height = side;
  canvas.getContext("2d").drawImage(image, ...cornerOf(entry), side, side, 0, 0, side, side);
}

// Has an image of the test set read in the Draw tab; the label is a word, or "a 7".
function readTestImage(entry, { dataSet, title, label }) {
  const canvas = document.createElement("canvas");
  paintEntry(canvas, entry);
  const detail = { dataSet, title, image: entry.place, label, shown: canvas.toDataURL() };
  document.dispatchEvent(new CustomEvent("mnist:test-image", { detail }));
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
