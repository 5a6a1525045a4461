// What would you say? Images that the network misreads, before anybody tells what they are.

const question = find("quiz");
const quiz = { seq: 0, entries: [], at: 0, right: 0, answered: 0, total: 0 };
let guesses = []; // a button for each class

function newGuess(digit) {
  const mold = question.querySelector(".digits template");
  const button = copyOf(mold);
  button.addEventListener("click", () => guess(digit));
  mold.parentElement.append(button);
  return button;
}

function nameGuesses() {
  const isNamed = Boolean(shown.classes);
  const count = shown.confusion.length;
  while (guesses.length > count) guesses.pop().remove();
  while (guesses.length < count) guesses.push(newGuess(guesses.length));
  guesses.forEach((button, index) => write(button, called(index)));
  question.classList.toggle("named", isNamed);
  write(find("quiz-intro"), isNamed ? say("misread.quiz_intro_named") : say("misread.quiz_intro"));
  write(find("quiz-question"), isNamed ? say("misread.quiz_question_named") : say("misread.quiz_question"));
  const image = isNamed ? say("misread.quiz_image_named") : say("misread.quiz_image");
  question.querySelector("canvas").setAttribute("aria-label", image);
}

function beginQuiz() {
  Object.assign(quiz, { entries: [], at: 0, right: 0, answered: 0, total: 0 });
  question.hidden = true;
  askMore();
}

function askMore() {
  pick({ what: "quiz" }, quiz.entries.length);
  quiz.seq = picks;
}

function asked(entries, answer) {
  quiz.entries = answer.first ? [...quiz.entries, ...entries] : entries;
  quiz.total = answer.total;
  showQuestion();
}

function showQuestion() {
  const entry = quiz.entries[quiz.at];
  question.hidden = !entry;
  write(find("tally"), tally());
  if (!entry) return;
  paintEntry(question.querySelector("canvas"), entry);
  question.dataset.place = entry.place;
  question.dataset.answered = "";
  write(find("told"), "");
  for (const button of guesses) button.disabled = false;
  for (const button of guesses) button.classList.remove("label", "read", "guess");
  find("next").hidden = find("see-why").hidden = true;
}

function guess(digit) {
  const entry = quiz.entries[quiz.at];
  if (!entry || question.dataset.answered) return;
  question.dataset.answered = digit;
  quiz.answered++;
  quiz.right += digit === entry.label;
  const [said, label, read] = [digit, entry.label, entry.digit].map(called);
  const facts = { guess: said, label, digit: read, confidence: probable(entry.confidence) };
  write(find("told"), digit === entry.label ? say("misread.told_right", facts) : say("misread.told_wrong", facts));
  write(find("tally"), tally());
  for (const button of guesses) button.disabled = true;
  guesses[entry.label].classList.add("label");
  guesses[entry.digit].classList.add("read");
  guesses[digit].classList.add("guess");
  find("next").hidden = quiz.answered >= quiz.total;
  find("see-why").hidden = false;
  (find("next").hidden ? find("see-why") : find("next")).focus();
}

function tally() {
  const { right, answered, total } = quiz;
  return answered ? say("misread.tally", { right, answered, total }) : say("misread.total", { total });
}

function nextQuestion() {
  quiz.at++;
  if (quiz.at < quiz.entries.length) showQuestion();
  else askMore();
  guesses[0].focus();
}

find("next").addEventListener("click", nextQuestion);
find("see-why").addEventListener("click", () => take(quiz.entries[quiz.at]));
// Digits have their own keys; of names the first ten have 1 to 9 and 0, as they lie on the keyboard.
question.addEventListener("keydown", (event) => {
  const index = (shown?.classes ? "1234567890" : "0123456789").indexOf(event.key);
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1;
  if (isPlain && index >= 0 && index < guesses.length) guess(index);
});
