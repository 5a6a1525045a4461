// The loop by hand. The server computes a whole pass at once; this goes through it line by line.
//
// props.value is what this page asks, { number }, or what the server answers, { answer }.

const panel = find("one-step");
const loop = find("loop");
const phases = find("phases");
const template = find("step-images").querySelector("template");

let pass = null; // what the server said last
let phase = 0; // the line that is marked, from 0
let isWhole = false; // whether the pass that is asked for is shown to its end at once
let isWaiting = false;
let losses = []; // of the passes so far

function ask(number, whole) {
  if (isWaiting) return;
  isWaiting = true;
  isWhole = whole;
  props.value = { number };
  trigger("input");
}

function answered(text) {
  if (!text) return;
  isWaiting = false;
  const answer = JSON.parse(text);
  if (!answer) return;
  write(find("step-error"), answer.error);
  if (answer.error) return;
  // With other settings it is another run, which begins at its beginning.
  if (pass && answer.settings !== pass.settings && answer.number > 1) {
    pass = null;
    return ask(1, isWhole);
  }
  const isSame = pass?.number === answer.number && pass.settings === answer.settings;
  pass = answer;
  losses = [...losses.slice(0, answer.number - 1), answer.loss];
  if (!isSame) phase = isWhole ? pass.phases.length - 1 : 0;
  showPass();
}

function showPass() {
  panel.querySelector(".loop-and-numbers").hidden = false;
  find("again").hidden = false;
  loop.replaceChildren(
    ...pass.code.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      item.translate = false; // it is a program's
      return item;
    }),
  );
  const images = find("step-images");
  images.querySelectorAll("figure").forEach((figure) => figure.remove());
  const { classes, shape: [channels, side] } = pass;
  for (const { pixels, label } of pass.images) {
    const figure = copyOf(template);
    paintPixels(figure.querySelector("canvas"), pixels, side, channels);
    write(figure.querySelector("figcaption"), classes?.[label] ?? label);
    images.append(figure);
  }
  images.classList.toggle("named", Boolean(classes));
  const labels = pass.images.map(({ label }) => classes?.[label] ?? label);
  const spoken = classes
    ? say("batch.labels_named", { labels: labels.join(", ") })
    : say("batch.labels", { labels: labels.join(" ") });
  images.setAttribute("aria-label", spoken);
  phases.replaceChildren();
  showPhase();
}

function showPhase() {
  panel.dataset.number = pass.number;
  panel.dataset.phase = pass.phases[phase].name;
  [...loop.children].forEach((item, i) => {
    if (i === pass.phases[phase].line) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  });
  // Only what is new is added, so that only that is read aloud.
  for (const { name, words } of pass.phases.slice(phases.children.length, phase + 1)) {
    const item = document.createElement("li");
    item.dataset.name = name;
    item.textContent = words;
    phases.append(item);
  }
  [...phases.children].forEach((item, i) => item.classList.toggle("newest", i === phase));
  const isOver = phase === pass.phases.length - 1;
  const isLast = isOver && pass.number >= pass.last;
  find("next-line").disabled = find("whole-step").disabled = isLast;
  write(find("next-line"), isOver ? say("one_step.next_step") : say("one_step.next_line"));
  const done = losses.slice(0, isOver ? pass.number : pass.number - 1).map((loss) => decimal(loss, 4));
  write(find("hand-losses"), done.length ? say("one_step.losses", { losses: done.join(" → ") }) : "");
  if (isLast) write(find("step-error"), say("one_step.over", { count: pass.last }));
}

function next(whole) {
  if (!pass) return ask(1, whole);
  if (phase === pass.phases.length - 1) return ask(pass.number + 1, whole);
  phase = whole ? pass.phases.length - 1 : phase + 1;
  showPhase();
}

find("next-line").addEventListener("click", () => next(false));
find("whole-step").addEventListener("click", () => next(true));
find("again").addEventListener("click", () => {
  pass = null;
  losses = [];
  ask(1, false);
});

watch("value", () => answered(props.value?.answer));
watch("text", () => {
  if (!pass) return;
  ask(pass.number, true); // its words come anew
  showPhase();
});
