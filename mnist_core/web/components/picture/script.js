// The picture in the place of the drawing.
//
// Reading order: the picture, its sending, what was found, the crop, the ways in, the page around it.
// props.value is what this page asks (see Question in __init__.py), or what the server answers
// (Findings), which is only ever written as text. An area is [left, top, right, bottom], in shares
// of the picture's width and height.

const ANSWER_TIMEOUT_MS = 30000; // many pictures may be waiting for their turn
const DRAG = 6; // screen pixels: a shorter way is a tap
const TURNED_ALIKE = ["image/jpeg", "image/png", "image/gif", "image/bmp"]; // see isTurned
const LEAST_CROP = 0.02; // of the picture's width or height
const TINY = 100; // pixels: a picture smaller than that is shown pixel by pixel
const address = new URL(window.gradio_config?.root ?? "/", location).pathname.replace(/\/?$/, "/");

const viewer = find("picture");
const photo = find("photo");
const image = find("shown");
const mold = element.querySelector(".frames template");
const chooser = find("picture-file");

// --- The picture ---------------------------------------------------------------------------------

// What lies there; null while nothing does.
let picture = null;
let seq = 0; // of the newest question
let waiting = null; // the timer of the question under way

// The clock, as the drawing counts: whatever was asked last has the highest number of the two.
function nextSeq() {
  seq = Math.max(seq + 1, Date.now());
  return seq;
}

function take(file) {
  putAway();
  picture = {
    file,
    url: URL.createObjectURL(file),
    isShown: null, // whether the browser shows it, in time
    isNeeded: !TURNED_ALIKE.includes(file.type), // whether the server is to show it
    path: null, // where the server has put it
    seq: 0, // of what was asked last
    crop: null,
    found: [],
    stop: new AbortController(),
  };
  picture.isShown = show(picture.url, picture);
  viewer.hidden = false;
  document.dispatchEvent(new CustomEvent("mnist:picture", { detail: { seq: nextSeq() } }));
  read();
}

// A test image, which the server has: as it is, so that it is read as in the test.
function takeTestImage({ detail: { dataSet, title, image: place, label, shown } }) {
  putAway();
  picture = { testImage: place, dataSet, url: shown, found: [], crop: null, stop: new AbortController() };
  picture.isShown = show(picture.url, picture);
  viewer.hidden = false;
  const testImage = { title, place: place.toLocaleString("en"), label };
  const detail = { seq: nextSeq(), testImage };
  document.dispatchEvent(new CustomEvent("mnist:picture", { detail }));
  read();
}

function putAway() {
  if (!picture) return;
  picture.stop.abort();
  URL.revokeObjectURL(picture.url);
  clearTimeout(waiting);
  picture = drag = null;
  viewer.hidden = photo.hidden = true;
  image.removeAttribute("src");
  markCrop(null);
  find("read-box").hidden = true;
  showFrames();
}

// Tells whether the browser can show this.
async function show(url, wanted) {
  image.src = url;
  try {
    await image.decode();
  } catch {
    return false;
  }
  if (picture === wanted) layOut(image.naturalWidth, image.naturalHeight);
  return true;
}

// As large as the square allows.
function layOut(width, height) {
  const longer = Math.max(width, height);
  photo.style.width = (100 * width) / longer + "%";
  photo.style.height = (100 * height) / longer + "%";
  photo.classList.toggle("tiny", longer < TINY);
  photo.hidden = false;
}

let note = () => ""; // says what is the matter, in the language of the moment

function tell(state, words = () => "") {
  viewer.dataset.state = state;
  viewer.classList.toggle("reading", state === "reading");
  note = words;
  write(find("picture-note"), note());
}

// --- Its sending ---------------------------------------------------------------------------------

// The file goes to the server once; then what is asked names it.
async function read() {
  const asked = picture;
  tell("reading", () => say("picture.reading"));
  try {
    const isFresh = !asked.path;
    const isFile = asked.testImage === undefined;
    if (isFile) asked.path ??= await sendFile(asked);
    const isShown = await asked.isShown;
    if (picture === asked) ask(isFile && (asked.isNeeded || !isShown), isFresh);
  } catch (error) {
    if (picture === asked) fail(error.words);
  }
}

class Failure extends Error {
  constructor(words) {
    super();
    this.words = words;
  }
}

async function sendFile({ file, stop }) {
  const { name } = file;
  const tooLarge = () => say("picture.file_too_large", { name, most: props.megabytes });
  if (file.size > props.megabytes * 2 ** 20) throw new Failure(tooLarge);
  const isThere = await file.slice(0, 1).arrayBuffer().then(() => true, () => false); // no folder
  if (!isThere) throw new Failure(() => say("picture.no_file", { name }));
  const form = new FormData();
  form.append("files", file, name || "picture");
  const request = { method: "POST", body: form, signal: stop.signal };
  const answer = await fetch(address + "gradio_api/upload", request).catch(() => {
    throw new Failure(() => say("picture.no_connection"));
  });
  if (answer.ok) return (await answer.json())[0];
  const reason = await answer.text();
  throw new Failure(answer.status === 413 ? tooLarge : () => reason);
}

function ask(show, isFresh) {
  clearTimeout(waiting);
  waiting = setTimeout(fail, ANSWER_TIMEOUT_MS, () => say("picture.no_answer"));
  picture.seq = nextSeq();
  picture.isFresh = isFresh;
  document.dispatchEvent(new CustomEvent("mnist:waiting", { detail: { seq } }));
  const { path: file = "", crop, testImage: test_image = null, dataSet: data_set = "mnist" } = picture;
  props.value = { seq, file, crop, show, test_image, data_set };
  trigger("input");
}

function fail(words) {
  if (!element.isConnected) return;
  tell("problem", words);
}

// --- What was found ------------------------------------------------------------------------------

function answered(findings) {
  if (!picture || findings?.seq !== picture.seq) return;
  clearTimeout(waiting);
  if (findings.gone && picture.isFresh) return fail(() => say("picture.lost"));
  if (findings.gone) {
    picture.path = null; // it was kept for some minutes, and the file is still here
    return read();
  }
  if (findings.problem) tell("problem", () => findings.problem);
  else tell("read");
  if (!findings.size) {
    photo.hidden = true; // it is no picture
    return;
  }
  if (findings.shown) {
    picture.isShown = show(findings.shown, picture);
    picture.isNeeded = false;
  } else if (isTurned(findings.size)) {
    picture.isNeeded = true;
    return read();
  }
  picture.found = findings.found ?? picture.found;
  layOut(...findings.size);
  showFrames();
  place(find("read-box"), findings.read);
}

// Not every browser turns every kind of file as the camera has noted; a quarter turn can be seen.
function isTurned([width, height]) {
  const [shownWidth, shownHeight] = [image.naturalWidth, image.naturalHeight];
  return Math.sign(width - height) !== Math.sign(shownWidth - shownHeight);
}

function showFrames() {
  const list = mold.parentElement;
  const found = picture?.found ?? [];
  const buttons = [...list.querySelectorAll("button")];
  buttons.slice(found.length).forEach((button) => button.remove());
  found.forEach((area, i) => {
    const button = buttons[i] ?? list.appendChild(newFrame(i));
    place(button, area);
    const facts = { number: i + 1, count: found.length };
    button.setAttribute("aria-label", say("picture.frame", facts));
    button.setAttribute("aria-pressed", isSame(picture.crop, i ? area : null));
  });
}

function newFrame(i) {
  const button = copyOf(mold);
  // The first is what is read of the whole picture.
  button.addEventListener("click", () => crop(i ? picture.found[i] : null));
  return button;
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function place(node, area) {
  node.hidden = !area;
  if (!area) return;
  const [left, top, right, bottom] = area.map((share) => 100 * share);
  node.style.left = left + "%";
  node.style.top = top + "%";
  node.style.width = right - left + "%";
  node.style.height = bottom - top + "%";
}

// --- The crop ------------------------------------------------------------------------------------

let drag = null; // from pointer down to up: { pointer, from, area }, area once it is more than a tap

function crop(area) {
  picture.crop = area;
  const isFrame = !area || picture.found.some((frame) => isSame(frame, area));
  markCrop(isFrame ? null : area);
  showFrames();
  read();
}

function markCrop(area) {
  place(find("crop"), area);
}

function dragStarts(event) {
  if (drag || !event.isPrimary || event.button !== 0) return;
  if (picture.testImage !== undefined) return; // all of it is read
  drag = { pointer: event.pointerId, x: event.clientX, y: event.clientY, from: shareOf(event) };
}

function dragGoes(event) {
  if (event.pointerId !== drag?.pointer) return;
  const isFar = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) >= DRAG;
  if (!drag.area && !isFar) return;
  if (!drag.area) photo.setPointerCapture(event.pointerId); // and so no frame is pressed by it
  const [x, y] = shareOf(event);
  const [fromX, fromY] = drag.from;
  drag.area = [Math.min(x, fromX), Math.min(y, fromY), Math.max(x, fromX), Math.max(y, fromY)];
  markCrop(drag.area);
}

function dragEnds(event) {
  if (event.pointerId !== drag?.pointer) return;
  const { area } = drag;
  drag = null;
  if (event.type === "pointercancel") return markCrop(null);
  if (area && area[2] - area[0] > LEAST_CROP && area[3] - area[1] > LEAST_CROP) crop(area);
  else if (picture.crop && !event.target.closest("button")) crop(null); // a tap beside the frames
}

function shareOf(event) {
  const box = photo.getBoundingClientRect();
  const shares = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  return shares.map((share) => Math.round(1e4 * Math.min(Math.max(share, 0), 1)) / 1e4);
}

photo.addEventListener("pointerdown", dragStarts);
photo.addEventListener("pointermove", dragGoes);
photo.addEventListener("pointerup", dragEnds);
photo.addEventListener("pointercancel", dragEnds);

// --- The ways in ---------------------------------------------------------------------------------

function isInSight() {
  return element.getClientRects().length > 0;
}

function choose() {
  chooser.value = ""; // so that the same file counts as chosen again
  chooser.click();
}

function fileIsOver(event) {
  const hasFile = event.dataTransfer?.types.includes("Files");
  if (!hasFile || !isInSight() || event.target.closest?.("input")) return;
  event.preventDefault(); // or the browser would leave this page for the file
  event.dataTransfer.dropEffect = "copy";
  find("drop-here").hidden = false;
}

function fileIsAway(event) {
  if (event.type === "drop" || !event.relatedTarget) find("drop-here").hidden = true;
}

function dropped(event) {
  const isHere = !find("drop-here").hidden;
  fileIsAway(event);
  const [file] = event.dataTransfer?.files ?? [];
  if (!isHere || !file) return;
  event.preventDefault();
  take(file);
}

function pasted(event) {
  const [file] = event.clipboardData?.files ?? [];
  if (!file || !isInSight() || isTyping(event.composedPath()[0])) return;
  event.preventDefault();
  take(file);
}

chooser.addEventListener("change", () => chooser.files.length && take(chooser.files[0]));
onPage(document, "dragenter", fileIsOver);
onPage(document, "dragover", fileIsOver);
onPage(document, "dragleave", fileIsAway);
onPage(document, "drop", dropped);
onPage(document, "paste", pasted);

// --- The page around it --------------------------------------------------------------------------

onPage(document, "mnist:choose-picture", choose);
onPage(document, "mnist:test-image", takeTestImage);
onPage(document, "mnist:picture-gone", putAway);
life.signal.addEventListener("abort", putAway);

function showWords() {
  image.alt = say("picture.yours");
  write(find("picture-note"), note());
  showFrames();
}

watch("classifier", () => picture && read());
watch("value", () => answered(props.value));
watch("text", showWords);
showWords();
