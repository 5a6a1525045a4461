// The preprocessing pipeline.
//
// props.value is what this page asks, { off }, or what the server answers, { answer } (see
// Explanation in __init__.py), which is only ever written as text.

const panel = find("pipeline");
const steps = [...element.querySelectorAll("li")]; // the drawing, then the steps in their order
const switches = steps.slice(1).map((step) => step.querySelector("input"));
const PAUSE_MS = 150; // ms between two questions: the live reading goes first
const ANSWER_TIMEOUT_MS = 5000; // ms without an answer after which a question counts as lost

let isStale = true; // what is shown is not what there is
let waiting = null; // the timer of the question under way

function ask() {
  const isInSight = element.getClientRects().length > 0; // not so in what is folded up
  if (!isStale || waiting || !isInSight) return;
  isStale = false;
  waiting = setTimeout(lost, ANSWER_TIMEOUT_MS);
  const off = steps.slice(1).filter((_, i) => !switches[i].checked);
  props.value = { off: off.map((step) => step.dataset.step) };
  trigger("input");
}

function changed() {
  isStale = true;
  if (!waiting) ask();
}

function lost() {
  waiting = null;
  changed();
}

function show(answer) {
  if (!answer) return;
  clearTimeout(waiting);
  waiting = setTimeout(rested, PAUSE_MS);
  const { pictures, guess, switched, classifier } = answer;
  steps.forEach((step, i) => paintPixels(step.querySelector("canvas"), pictures[i]));
  steps.slice(1).forEach((step, i) => compare(step, switches[i].checked, guess, switched?.[i]));
  panel.dataset.digit = guess?.digit ?? "";
  const facts = guess && { classifier, guess: words(guess) };
  write(find("pipeline-verdict"), guess ? say("pipeline.verdict", facts) : "");
}

function rested() {
  waiting = null;
  ask();
}

function compare(step, isOn, guess, other) {
  const line = step.querySelector(".switched");
  step.classList.toggle("off", !isOn);
  line.dataset.digit = other?.digit ?? "";
  line.classList.toggle("other", Boolean(other) && other.digit !== guess.digit);
  const facts = other && { guess: words(other) };
  const compared = other && (isOn ? say("pipeline.without", facts) : say("pipeline.with", facts));
  write(line, compared || "");
}

function words({ name, probability, sure }) {
  const facts = { digit: name, probability: probable(probability, 0) };
  return sure ? say("pipeline.guess", facts) : say("pipeline.guess_not_sure", facts);
}

onPage(document, "mnist:read", changed); // where a picture was read, the drawing is empty
switches.forEach((box) => box.addEventListener("change", changed));
new ResizeObserver(ask).observe(panel); // unfolded

watch("value", () => show(props.value?.answer));
watch("text", changed);
