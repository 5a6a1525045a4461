// Shows a run. The server sends its whole state each time, so nothing is remembered here.

const part = (name) => element.querySelector(`[data-testid="${name}"]`);
const show = (name, text) => {
  part(name).textContent = text;
};
const unless = (value, write) => (value === null ? "" : write(value));
const percent = (fraction) => `${(100 * fraction).toFixed(2)} %`;

function timeLeft(seconds) {
  if (seconds < 90) return `about ${Math.max(1, Math.round(seconds))} s left`;
  return `about ${Math.round(seconds / 60)} minutes left`;
}

function showFigures(run) {
  show("accuracy", unless(run.accuracy, percent) || "–");
  show("train-accuracy", unless(run.train_accuracy, (fraction) => `training ${percent(fraction)}`));
  show("loss", unless(run.loss, (loss) => loss.toFixed(4)) || "–");
  show("test-loss", unless(run.test_loss, (loss) => `test ${loss.toFixed(4)}`));
  show("epochs", run.epochs === 0 ? "–" : `${run.epochs_done} of ${run.epochs}`);
  show("title", run.title);
  part("title").title = run.title;
  show("seconds", unless(run.seconds, (seconds) => seconds.toFixed(1)) || "–");
  show("left", unless(run.left, timeLeft));
}

function showRun() {
  const run = props.value;
  if (!run) return;
  part("run").dataset.state = run.state;
  part("progress").value = run.fraction;
  show("message", run.message);
  show("drawing-read", run.drawing);
  showFigures(run);
}

watch("value", showRun);
showRun();
