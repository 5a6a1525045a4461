// Shows a run. The server sends its whole state each time, so nothing is remembered here.

const show = (name, text) => write(find(name), text);
const unless = (value, text) => (value === null ? "" : text);

function timeLeft(seconds) {
  if (seconds < 90) return "about " + Math.max(1, Math.round(seconds)) + " s left";
  return "about " + Math.round(seconds / 60) + " minutes left";
}

function showFigures(run) {
  show("accuracy", percent(run.accuracy));
  show("train-accuracy", unless(run.train_accuracy, "training " + percent(run.train_accuracy)));
  show("loss", decimal(run.loss, 4));
  show("test-loss", unless(run.test_loss, "test " + decimal(run.test_loss, 4)));
  show("epochs", run.epochs === 0 ? NOTHING : run.epochs_done + " of " + run.epochs);
  show("title", run.title);
  find("title").title = run.title;
  show("seconds", decimal(run.seconds, 1));
  show("left", unless(run.left, timeLeft(run.left)));
}

function showRun() {
  const run = props.value;
  if (!run) return;
  find("run").dataset.state = run.state;
  find("progress").value = run.fraction;
  show("message", run.message);
  show("drawing-read", run.drawing);
  showFigures(run);
}

watch("value", showRun);
showRun();
