// The curves of the run that is shown. The server sends all of them each time, so the only thing that
// is remembered is where the cursor stands.

const panel = find("curves");
const FAR_TOO_HIGH = 4; // times what guessing costs: a loss beyond needs a logarithmic axis
const MARKED_EPOCHS = 20; // beyond, the points of epochs would touch each other
const SNAP = 12; // CSS pixels within which the pointer means an epoch's point

const charts = { loss: new Chart(find("loss-chart")), accuracy: new Chart(find("accuracy-chart")) };
let run = null; // what the server said last
let points = []; // of the batches: [batch, mean, low, high]
let cursor = null; // { batch, epoch } or null; epoch is the number of one that is over, 0 the beginning

// --- What is drawn --------------------------------------------------------------------------------

function unpack({ points: base64, stride, batches }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const numbers = new Float32Array(bytes.buffer);
  const count = numbers.length / 3;
  const found = [];
  for (let i = 0; i < count; i++) {
    const middle = Math.min((i + 0.5) * stride, (i * stride + batches) / 2);
    if (Number.isFinite(numbers[i]))
      found.push([middle, numbers[i], numbers[count + i], numbers[2 * count + i]]);
  }
  return found;
}

function show(text) {
  const before = run?.run;
  run = text ? JSON.parse(text) : null;
  if (run?.run !== before) cursor = null;
  const isEmpty = !run || (run.batches === 0 && run.epochs.length === 0);
  panel.hidden = isEmpty;
  const place = element.closest(".learning");
  if (place) place.dataset.drawn = isEmpty ? "" : run.run; // the first batch makes room
  points = isEmpty ? [] : unpack(run);
  panel.dataset.batches = run?.batches ?? 0;
  panel.dataset.epochs = run?.epochs.length ?? 0;
  if (!isEmpty) draw();
}

function draw() {
  if (!run || panel.hidden || panel.getClientRects().length === 0) return;
  const x = horizontal();
  const training = run.epochs.map((epoch) => [epoch.end, epoch.train_loss]);
  const test = run.epochs.map((epoch) => [epoch.end, epoch.test_loss]);
  const marked = run.epochs.length <= MARKED_EPOCHS;
  const begins = run.first === null ? [] : [[Math.min(1, x.most), run.first]];
  charts.loss.draw({
    x,
    y: heightOfLosses(),
    band: points.map(([batch, , low, high]) => [batch, low, high]),
    line: { y: guessing(), text: say("curves.guessing", { classes: run.classes, loss: guessing().toFixed(2) }) },
    curves: [
      { name: "batch", places: [...begins, ...points.map(([batch, mean]) => [batch, mean])] },
      { name: "training", places: training, marked },
      { name: "test", places: test, marked },
    ],
  });
  charts.accuracy.draw({
    x,
    y: heightOfAccuracies(),
    curves: [
      { name: "training", places: accuraciesOf("train_accuracy"), marked },
      { name: "test", places: accuraciesOf("test_accuracy"), marked },
    ],
  });
  showCursor();
}

// In nats: the loss of a network that knows nothing of so many classes.
function guessing() {
  return Math.log(run.classes);
}

function accuraciesOf(name) {
  return run.epochs.filter((epoch) => epoch[name] != null).map((epoch) => [epoch.end, 100 * epoch[name]]);
}

function horizontal() {
  const ends = run.epochs.map((epoch) => epoch.end);
  for (let end = (ends.at(-1) ?? 0) + run.steps; run.steps && end <= run.planned; end += run.steps)
    ends.push(end);
  const most = Math.max(run.planned, run.batches, 1);
  const ticks = [[0, "0"], ...ends.map((end, i) => [end, String(i + 1)])];
  if (!ends.length && run.steps) ticks.push([most, decimal(most / run.steps, 2)]); // stopped before
  return { most, ticks, title: say("plot.epoch") };
}

function heightOfLosses() {
  const lows = points.map((point) => point[2]);
  const highs = points.map((point) => point[3]);
  for (const epoch of run.epochs) lows.push(epoch.train_loss, epoch.test_loss);
  const high = Math.max(...highs, ...(run.epochs.length ? lows : []), guessing());
  const isLog = high > FAR_TOO_HIGH * guessing();
  panel.dataset.scale = isLog ? "log" : "linear";
  if (!isLog) return { low: 0, high: 1.05 * high, isLog };
  const low = Math.min(1, ...lows.filter((loss) => loss > 0));
  return { low: low / 1.2, high: 1.2 * high, isLog };
}

function heightOfAccuracies() {
  const values = [...accuraciesOf("test_accuracy"), ...accuraciesOf("train_accuracy")].map(([, value]) => value);
  if (!values.length) return { low: 0, high: 100 };
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = Math.max(0.1 * (high - low), (1 - (high - low)) / 2); // one point at least
  return { low: Math.max(low - room, 0), high: Math.min(high + room, 100) };
}

// --- The cursor -----------------------------------------------------------------------------------

function losses(batch) {
  const nearest = points.reduce(
    (best, point) => (Math.abs(point[0] - batch) < Math.abs(best[0] - batch) ? point : best),
    points[0],
  );
  return nearest;
}

// An epoch's point where the pointer is near one, else the batch.
function pointAt(chart, event) {
  const batch = chart.batchAt(event.clientX);
  const reach = (SNAP / chart.width) * chart.x.most;
  const epoch = run.epochs.findIndex(({ end }) => Math.abs(end - batch) <= reach);
  return epoch < 0 ? { batch: Math.round(Math.min(batch, run.batches)), epoch: null } : toEpoch(epoch + 1);
}

function toEpoch(number) {
  return { batch: number === 0 ? Math.min(1, run.batches) : run.epochs[number - 1].end, epoch: number };
}

function placeOf({ batch, epoch }) {
  const isKnown = epoch !== null && epoch <= run.epochs.length;
  return isKnown ? toEpoch(epoch) : { batch: Math.min(batch, run.batches), epoch: null };
}

function describe() {
  if (cursor.epoch > 0) {
    const epoch = run.epochs[cursor.epoch - 1];
    return say("curves.at_epoch", {
      epoch: cursor.epoch,
      train_loss: decimal(epoch.train_loss, 4),
      test_loss: decimal(epoch.test_loss, 4),
      test: percent(epoch.test_accuracy),
      training: percent(epoch.train_accuracy),
    });
  }
  if (cursor.epoch === 0) return say("curves.at_first", { loss: decimal(run.first, 4) });
  const point = losses(cursor.batch);
  if (!point) return "";
  const facts = { batch: cursor.batch, loss: decimal(point[1], 4) };
  return run.stride === 1
    ? say("curves.at_batch", facts)
    : say("curves.at_batches", { ...facts, count: run.stride, low: decimal(point[2], 4), high: decimal(point[3], 4) });
}

function showCursor() {
  if (cursor && cursor.epoch > run.epochs.length) cursor = null;
  panel.dataset.at = cursor ? cursor.batch : "";
  const words = cursor ? describe() : run.is_broken ? say("curves.broken", { batch: run.batches }) : "";
  write(find("at-cursor"), words || say("curves.hint"));
  const epoch = cursor?.epoch > 0 ? run.epochs[cursor.epoch - 1] : null;
  const point = cursor && !epoch ? losses(cursor.batch) : null;
  const ofLoss = epoch ? [epoch.train_loss, epoch.test_loss] : [cursor?.epoch === 0 ? run.first : point?.[1]];
  const ofAccuracy = epoch ? [100 * epoch.test_accuracy, 100 * (epoch.train_accuracy ?? NaN)] : [];
  charts.loss.moveCursor(cursor?.batch ?? null, ofLoss);
  charts.accuracy.moveCursor(cursor?.batch ?? null, ofAccuracy);
  for (const { svg } of Object.values(charts)) {
    svg.setAttribute("aria-valuemax", run.epochs.length);
    svg.setAttribute("aria-valuenow", cursor?.epoch ?? 0);
    svg.setAttribute("aria-valuetext", find("at-cursor").textContent);
  }
}

function putCursor(place) {
  cursor = place;
  showCursor();
}

const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, Home: -Infinity, End: Infinity };

function keyPressed(event) {
  if (!run || panel.hidden) return;
  if (event.key === "Escape") return putCursor(null);
  const step = STEPS[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const over = run.epochs.filter(({ end }) => end <= (cursor?.batch ?? 0)).length;
  const isBetween = cursor && cursor.epoch === null;
  const number = step < 0 && isBetween ? over : over + step;
  putCursor(toEpoch(Math.min(Math.max(number, 0), run.epochs.length)));
}

for (const chart of Object.values(charts)) {
  chart.svg.addEventListener("pointermove", (event) => run && chart.x && putCursor(pointAt(chart, event)));
  chart.svg.addEventListener("pointerdown", (event) => run && chart.x && putCursor(pointAt(chart, event)));
  // A finger leaves when it is lifted, and then what it has pointed at is to be read.
  chart.svg.addEventListener(
    "pointerleave",
    (event) => run && event.pointerType !== "touch" && putCursor(null),
  );
  chart.svg.addEventListener("keydown", keyPressed);
}
// The scrubber has gone to another moment.
onPage(document, "mnist:moment", ({ detail }) => run && !panel.hidden && putCursor(placeOf(detail)));
const resized = new ResizeObserver(draw); // in sight again, or of another width
resized.observe(panel);
life.signal.addEventListener("abort", () => resized.disconnect());

watch("value", () => show(props.value));
watch("text", draw);
show(props.value);
