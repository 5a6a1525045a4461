// Shows a run. The server sends its whole state each time, so nothing is remembered here.

const show = (name, text) => write(find(name), text);
let spoken = null; // the run and its state as they were spoken of last
const unless = (value, text) => (value === null ? "" : text);

function timeLeft(seconds) {
  if (seconds < 90) return say("run.seconds_left", { seconds: Math.max(1, Math.round(seconds)) });
  return say("run.minutes_left", { minutes: Math.round(seconds / 60) });
}

function showFigures(run) {
  const trained = say("run.on_training_images", { figure: percent(run.train_accuracy) });
  const tested = say("run.on_test_images", { figure: decimal(run.test_loss, 4) });
  const epochs = say("run.epochs_done", { done: run.epochs_done, epochs: run.epochs });
  show("accuracy", percent(run.accuracy));
  show("train-accuracy", unless(run.train_accuracy, trained));
  show("loss", decimal(run.loss, 4));
  show("test-loss", unless(run.test_loss, tested));
  show("epochs", run.epochs === 0 ? NOTHING : epochs);
  show("title", run.title);
  find("title").title = run.title;
  show("seconds", decimal(run.seconds, 1));
  show("left", unless(run.left, timeLeft(run.left)));
}

// The message changes several times a second; what is spoken is that a run begins, and its result.
function speakOf(run) {
  const isSame = run.state === spoken?.state && run.title === spoken.title;
  const isNews = spoken && !isSame;
  spoken = { state: run.state, title: run.title };
  if (!isNews) return;
  const { message, title } = run;
  const facts = { title, message, accuracy: percent(run.accuracy), loss: decimal(run.loss, 4) };
  const isResult = ["finished", "stopped"].includes(run.state) && run.accuracy !== null;
  if (run.state === "training") write(find("run-said"), say("run.says_begun", facts));
  else write(find("run-said"), isResult ? say("run.says_result", facts) : message);
}

function showRun() {
  const run = props.value;
  if (!run) return;
  find("run").dataset.state = run.state;
  speakOf(run);
  find("progress").value = run.fraction;
  show("message", run.message);
  show("drawing-read", run.drawing);
  showFigures(run);
}

// On a phone the figures stand below the form, out of sight of who has just pressed a button there.
const BEGINNINGS = "#start, #train-on, #retry";

function showFiguresOf(event) {
  if (!event.target.closest?.(BEGINNINGS)) return;
  const { bottom } = element.getBoundingClientRect();
  if (bottom > innerHeight) element.scrollIntoView({ block: "center" });
}

onPage(document, "click", showFiguresOf);
watch("value", showRun);
watch("text", showRun);
showRun();
