// The leaderboard.
//
// props.value is what the server says (see LeaderboardStatus in __init__.py); it is only ever written as text.

const panel = find("leaderboard");
const body = find("classifiers").tBodies[0];
const mold = body.querySelector("template");
const picker = element.querySelector("input[type=file]");
const MAX_FILE_BYTES = 5_000_000; // the server takes no more
const FILE_NAME = "my_drawings.json";
const group = "classifier-" + Math.random(); // radio buttons of one name exclude each other

let newest = 0; // when the drawings changed last of which the board tells

function show(board) {
  if (!board) return;
  if (board.rows && board.changed_at >= newest) {
    showRows(board);
    tell(board.note || say("leaderboard.note"));
  }
  if (board.file !== undefined) saveFile(board.file, FILE_NAME, "application/json");
}

function tell(note) {
  write(find("score-note"), note);
}

function showRows({ rows, classifier, drawings, changed_at: changedAt }) {
  newest = changedAt;
  panel.dataset.classifier = classifier;
  panel.dataset.drawings = drawings;
  find("save").disabled = find("forget").disabled = drawings === 0;
  const shown = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  rows.forEach((row, place) => {
    const line = shown.get(row.key) ?? newLine(row.key);
    shown.delete(row.key);
    if (body.rows[place] !== line) body.insertBefore(line, body.rows[place] ?? null);
    showLine(line, row, row.key === classifier, drawings);
  });
  for (const line of shown.values()) line.remove();
}

function newLine(key) {
  const line = copyOf(mold);
  line.dataset.key = key;
  const radio = line.querySelector("input");
  radio.name = group;
  radio.addEventListener("change", () => trigger("choose", { key }));
  return line;
}

function showLine(line, { name, accuracy, right, note, missing }, isReader, drawings) {
  const radio = line.querySelector("input");
  radio.checked = isReader;
  radio.disabled = Boolean(missing);
  line.classList.toggle("reads", isReader);
  write(line.querySelector(".name"), name);
  write(line.querySelector(".remark"), note ?? "");
  write(line.querySelector(".accuracy"), percent(accuracy, 1));
  const score = drawings && right != null ? say("leaderboard.right", { right, drawings }) : NOTHING;
  write(line.querySelector(".right"), score);
}

// --- Forgetting ----------------------------------------------------------------------------------

function ask(isAsked) {
  panel.classList.toggle("asked", isAsked);
  const drawings = Number(panel.dataset.drawings);
  write(find("sure"), isAsked ? say("leaderboard.really", { drawings }) : "");
  find(isAsked ? "keep" : "forget").focus();
}

// --- The file ------------------------------------------------------------------------------------

async function open() {
  const [file] = picker.files;
  picker.value = ""; // so that the same file can be opened again
  if (!file) return;
  if (file.size > MAX_FILE_BYTES) {
    tell(say("leaderboard.too_large"));
  } else {
    const content = await file.text();
    trigger("open_file", { content });
    document.dispatchEvent(new CustomEvent("mnist:opened", { detail: content })); // to be kept
  }
}

find("save").addEventListener("click", () => trigger("save"));
find("forget").addEventListener("click", () => ask(true));
find("keep").addEventListener("click", () => ask(false));
find("really").addEventListener("click", () => {
  trigger("forget");
  document.dispatchEvent(new CustomEvent("mnist:forgotten"));
  ask(false);
});
find("open").addEventListener("click", () => picker.click());
picker.addEventListener("change", open);

watch("value", () => show(props.value));
watch("text", () => {
  show(props.value);
  if (panel.classList.contains("asked")) ask(true);
});
show(props.value);
