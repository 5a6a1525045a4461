// Shows a run. The server sends its whole state each time, so nothing is remembered here.

const part = (name) => element.querySelector(`[data-testid="${name}"]`);
const show = (name, text) => {
  part(name).textContent = text;
};

function showFigures(run) {
  show("loss", run.loss === null ? "–" : run.loss.toFixed(4));
  show("accuracy", run.accuracy === null ? "–" : `${(100 * run.accuracy).toFixed(2)} %`);
  show("epochs", run.epochs === 0 ? "–" : `${run.epochs_done} of ${run.epochs}`);
  show("seconds", run.seconds === null ? "–" : run.seconds.toFixed(1));
}

function showRun() {
  const run = props.value;
  if (!run) return;
  part("run").dataset.state = run.state;
  part("progress").value = run.share;
  show("message", run.message);
  showFigures(run);
}

watch("value", showRun);
showRun();
