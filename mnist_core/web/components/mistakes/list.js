// The matrix once more, in words: on a phone its cells are too small for a finger. One digit is
// chosen, and all that its row and its column lead to is an entry.

const MOST_ENTRIES = 6; // of all digits together: the most frequent mix-ups
const digitChoice = find("list-digit");
const entries = find("list-entries");

// The places of the matrix where there is anything to see.
function placesOf(digit) {
  const { confusion: counts } = shown;
  const mixUps = counts
    .flatMap((row, label) => row.map((count, read) => ({ label, digit: read, count })))
    .filter(({ label, digit: read, count }) => label !== read && count > 0)
    .sort((one, other) => other.count - one.count);
  if (digit === null) return [{ label: null, digit: null }, ...mixUps.slice(0, MOST_ENTRIES)];
  const ofRow = mixUps.filter(({ label }) => label === digit);
  const ofColumn = mixUps.filter(({ digit: read }) => read === digit);
  return [{ label: digit, digit: null }, ...ofRow, { label: null, digit }, ...ofColumn, { label: digit, digit }];
}

function showList() {
  const chosen = digitChoice.value;
  const digits = counting(10).map((digit) => new Option(digit, digit));
  digitChoice.replaceChildren(new Option(say("misread.most_frequent"), ""), ...digits);
  digitChoice.value = chosen;
  entries.replaceChildren(...placesOf(chosen === "" ? null : Number(chosen)).map(newListEntry));
}

function counting(most) {
  return Array.from({ length: most }, (_, number) => number);
}

// It says what its cell says to a screen reader.
function newListEntry(place) {
  const entry = document.createElement("button");
  entry.type = "button";
  entry.dataset.place = placeOf(place);
  entry.textContent = cells.get(placeOf(place)).getAttribute("aria-label");
  entry.addEventListener("click", () => {
    select({ what: "cell", label: place.label, digit: place.digit });
    found.scrollIntoView({ block: "nearest" });
  });
  entry.setAttribute("aria-pressed", isSelected(placeOf(place)));
  return entry;
}

function markEntries() {
  for (const entry of entries.children) entry.setAttribute("aria-pressed", isSelected(entry.dataset.place));
}

digitChoice.addEventListener("change", showList);
