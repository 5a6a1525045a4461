// Shows a run. The server sends its whole state each time, so nothing is remembered here.

const unless = (value, words) => (value === null ? "" : words(value));

function timeLeft(seconds) {
  if (seconds < 90) return `about ${Math.max(1, Math.round(seconds))} s left`;
  return `about ${Math.round(seconds / 60)} minutes left`;
}

function showRun() {
  const run = props.value;
  if (!run) return;
  find("run").dataset.state = run.state;
  find("progress").value = run.fraction;
  find("title").title = run.title;
  const texts = {
    accuracy: figure("accuracy", run.accuracy),
    "train-accuracy": unless(run.train_accuracy, (it) => `training ${figure("accuracy", it)}`),
    loss: figure("loss", run.loss),
    "test-loss": unless(run.test_loss, (it) => `test ${figure("loss", it)}`),
    epochs: run.epochs === 0 ? "–" : `${run.epochs_done} of ${run.epochs}`,
    title: run.title,
    seconds: figure("seconds", run.seconds),
    left: unless(run.left, timeLeft),
    message: run.message,
    "drawing-read": run.drawing,
  };
  for (const [name, text] of Object.entries(texts)) write(find(name), text);
}

watch("value", showRun);
showRun();
