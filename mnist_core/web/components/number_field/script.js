// A field for a number. props.value is the number, or the text itself where that is none.

const input = element.querySelector("input");
const isWhole = Number.isInteger(props.step);
let told = null; // the value that both sides know

function name() {
  const title = element.querySelector(".title");
  input.id ||= "number-" + Math.random();
  title.htmlFor = input.id;
  write(title, props.title);
  write(find("meaning"), props.hint);
  for (const line of ["meaning", "problem"]) find(line).id = input.id + "-" + line;
  input.setAttribute("aria-describedby", find("meaning").id + " " + find("problem").id);
  input.setAttribute("aria-valuemin", props.least);
  input.setAttribute("aria-valuemax", props.most);
}

function show() {
  const value = props.value === "" ? null : props.value;
  if (value !== told) input.value = value ?? "";
  told = value;
  const parts = [input, find("less"), find("more")];
  for (const part of parts) part.disabled = props.enabled === false;
  judge();
}

function judge() {
  const number = readNumber(input.value, isWhole);
  const isRight =
    number <= props.most &&
    (props.is_open ? number > props.least : number >= props.least) &&
    (!isWhole || Number.isInteger(number));
  const facts = { least: props.least, most: props.most };
  let problem = "";
  if (!isRight && isWhole) problem = say("field.whole", facts);
  else if (!isRight && props.is_open) problem = say("field.above", facts);
  else if (!isRight) problem = say("field.from_to", facts);
  write(find("problem"), problem);
  input.setAttribute("aria-invalid", String(!isRight));
  if (Number.isNaN(number)) input.removeAttribute("aria-valuenow");
  else input.setAttribute("aria-valuenow", number);
}

function typed() {
  const number = readNumber(input.value, isWhole);
  const text = input.value.trim();
  props.value = told = Number.isFinite(number) ? number : text === "" ? null : text;
  judge();
  trigger("input");
}

function step(direction) {
  const next = nextNumber(readNumber(input.value, isWhole), direction, props.step);
  const isBelow = props.is_open ? next <= props.least : next < props.least;
  if (input.disabled || Number.isNaN(next) || (direction > 0 ? next > props.most : isBelow)) return;
  input.value = next;
  typed();
}

function keyDown(event) {
  const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (!direction) return;
  event.preventDefault();
  step(direction);
}

input.addEventListener("input", typed);
input.addEventListener("keydown", keyDown);
find("less").addEventListener("click", () => step(-1));
find("more").addEventListener("click", () => step(1));

watch("value", show);
watch("enabled", show);
watch(["title", "hint"], name);
watch("text", judge);
name();
show();
