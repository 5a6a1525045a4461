// The drawing canvas.
//
// Reading order: the drawing, its ink, the pen, the keys and the sending, each in a file of its own;
// then a picture in the place of the drawing, the controls, and the page around it.

// --- A picture in its place ----------------------------------------------------------------------

// A picture lies over the canvas (see PictureViewer): the drawing makes room, and undo brings it
// back.
let hasPicture = false;
let testImage = null; // in words, if the picture is a test image

function makeRoom({ detail }) {
  testImage = detail.testImage ?? null;
  if (strokesNow().length > 0) replaceDrawing([]); // what is put aside stays where it is
  store();
  hasPicture = true;
  pen = null;
  unsent = false;
  clearTimeout(waiting);
  waiting = null;
  props.value = new Drawing(seq, []); // for whoever else looks at the drawing
  showState();
  paintSoon();
}

function removePicture() {
  hasPicture = false;
  document.dispatchEvent(new CustomEvent("mnist:picture-gone"));
  showState();
  const next = props.drawable ? canvas : find("read-picture");
  next.focus({ preventScroll: true }); // what had the focus may be gone with it
}

// A drawing from elsewhere, each stroke a gesture; undo brings back what was there.
function takeOver(strokes) {
  if (pen || !props.drawable) return;
  if (hasPicture) removePicture();
  replaceDrawing(strokes.map((stroke) => [stroke]));
  store();
  changed();
}

// --- The controls --------------------------------------------------------------------------------

const counted = new WeakMap(); // a drawing that was counted → as which digit

function undo() {
  liftKeyPen();
  if (pen || past.length === 0 || !props.drawable) return;
  if (hasPicture) removePicture();
  gestures = past.pop();
  if (counted.has(gestures)) {
    report("recalled", counted.get(gestures));
    counted.delete(gestures);
  }
  store();
  changed();
}

function clear() {
  liftKeyPen();
  if (pen || (strokesNow().length === 0 && !hasPicture)) return;
  if (hasPicture) removePicture();
  else replaceDrawing([]); // so that undo brings the drawing back
  store();
  changed();
}

// To the server, which counts the drawing or no longer does, and to what keeps it in this browser.
function report(what, label) {
  const drawing = { label, strokes: strokesNow() };
  trigger(what, drawing);
  document.dispatchEvent(new CustomEvent("mnist:" + what, { detail: drawing }));
}

// The drawing with the digit it was goes to the server, and makes room for the next one.
function labelled(event) {
  liftKeyPen();
  if (pen || gestures.length === 0) return;
  report("labelled", event.detail.label);
  counted.set(gestures, event.detail.label); // undo takes the count back as well
  clear();
  canvas.focus({ preventScroll: true }); // the button that was pressed can be pressed no more
}

function tryExample(digit) {
  liftKeyPen();
  takeOver(EXAMPLES[digit]);
}

function newExample(digit) {
  const button = copyOf(find("examples").querySelector("template"));
  button.dataset.digit = digit;
  button.addEventListener("click", () => tryExample(digit));
  find("examples").append(button);
  return button;
}

const examples = [4, 9, 7].map(newExample);

function nameExamples() {
  for (const button of examples) {
    const { digit } = button.dataset;
    write(button, digit);
    button.setAttribute("aria-label", say("canvas.example", { digit }));
  }
}

function keyDown(event) {
  const isVisible = canvas.getClientRects().length > 0;
  if (!isVisible || isTyping(event.composedPath()[0])) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.shiftKey && event.key.toLowerCase() === "z") undo();
  else if (!command && ["Delete", "Backspace"].includes(event.key)) clear();
  else return;
  event.preventDefault();
}

function showState() {
  const { drawable } = props;
  const hasInk = strokesNow().length > 0;
  find("drawing").classList.toggle("covered", hasPicture);
  find("drawing").classList.toggle("undrawable", !drawable);
  find("hint").hidden = hasInk || hasPicture;
  write(find("hint"), drawable ? say("canvas.hint") : say("canvas.hint_picture"));
  find("undo").disabled = past.length === 0;
  find("undo").hidden = !drawable;
  find("examples").hidden = drawable !== "digits";
  canvas.setAttribute("aria-label", drawable === "classes" ? say("canvas.title_class") : say("canvas.title"));
  find("clear").disabled = !hasInk && !hasPicture;
  find("help").hidden = isFull() || hasPicture || !drawable;
  find("picture-help").hidden = !hasPicture || testImage !== null;
  write(find("picture-help"), drawable ? say("canvas.picture_help") : say("canvas.photo_help"));
  find("test-help").hidden = !hasPicture || testImage === null;
  if (testImage) write(find("test-help"), testImageInWords());
  find("full").hidden = !isFull();
}

function testImageInWords() {
  return props.drawable ? say("canvas.test_image", testImage) : say("canvas.test_image_pressed", testImage);
}

// --- The page around it --------------------------------------------------------------------------

function watchDensity() {
  const density = matchMedia("(resolution: " + devicePixelRatio + "dppx)");
  const moved = () => (paintSoon(), watchDensity()); // zoomed, or dragged to another screen
  density.addEventListener("change", moved, { once: true, signal: life.signal });
}

canvas.addEventListener("pointerdown", penDown);
for (const type of ["pointerdown", "pointermove", "pointerup"])
  canvas.addEventListener(type, notePen);
canvas.addEventListener("keydown", canvasKeyDown);
canvas.addEventListener("focus", () => canvas.matches(":focus-visible") && showKeyPen());
canvas.addEventListener("blur", hideKeyPen);
canvas.addEventListener(PEN_MOVES, penMove);
canvas.addEventListener("pointerup", penUp);
canvas.addEventListener("pointercancel", penUp);
canvas.addEventListener("lostpointercapture", penUp);
canvas.addEventListener("contextmenu", (event) => pen && event.preventDefault()); // a long press
find("undo").addEventListener("click", undo);
find("clear").addEventListener("click", clear);
find("read-picture").addEventListener("click", () => {
  document.dispatchEvent(new CustomEvent("mnist:choose-picture"));
});
onPage(document, "keydown", keyDown);
onPage(document, "mnist:read", answered);
onPage(document, "mnist:label", labelled);
onPage(document, "mnist:picture", makeRoom);
onPage(document, "mnist:draw", (event) => takeOver(event.detail));
onPage(document, "mnist:tell-strokes", (event) => event.detail(strokesNow()));

// What changes size or colour of the ink: layout, screen density, the scheme, the theme's class.
watchDensity();
onPage(matchMedia("(prefers-color-scheme: dark)"), "change", paintSoon);
new ResizeObserver(paintSoon).observe(canvas);
const theme = new MutationObserver(paintSoon);
theme.observe(document.body, { attributeFilter: ["class"] });
life.signal.addEventListener("abort", () => theme.disconnect());

// Who reads has changed, or has learned more. Where nothing is drawn it is asked all the same if it is
// another: it says what it wants to be given.
let reader = "";

function readerChanged() {
  const before = reader;
  [reader] = props.classifier.split(" ");
  const isAnother = before !== "" && before !== reader;
  showState();
  paintSoon();
  if (strokesNow().length === 0 && !isAnother && props.drawable) return;
  unsent = true;
  send();
}

watch("classifier", readerChanged);
watch("drawable", readerChanged);

watch("text", () => (nameExamples(), showState()));

nameExamples();
showState();
paint();
send();
