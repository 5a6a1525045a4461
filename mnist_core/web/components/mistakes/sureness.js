// Accuracy per digit, and calibration: is it right as often as it says?

const diagram = find("reliability");

function newRow(table, first, ...rest) {
  const row = find(table).tBodies[0].insertRow();
  const head = Object.assign(document.createElement("th"), { scope: "row", textContent: first });
  row.append(head);
  for (const text of rest) row.insertCell().textContent = text;
  return row;
}

function showSureness() {
  const isNamed = Boolean(shown.classes);
  write(find("digits").caption, isNamed ? say("misread.per_class") : say("misread.per_digit"));
  for (const table of ["digits", "map-table"])
    write(find(table).tHead.rows[0].cells[0], isNamed ? say("misread.class") : say("misread.digit"));
  find("digits").tBodies[0].replaceChildren();
  shown.confusion.forEach((counts, digit) => {
    const [all, right] = [sum(counts), counts[digit]];
    const row = newRow("digits", called(digit), all, right, percent(all ? right / all : null), "");
    const bar = row.lastElementChild.appendChild(document.createElement("span"));
    bar.className = "bar";
    bar.style.width = percent(all ? right / all : 0);
    row.lastElementChild.className = "track";
  });
  showReliability();
}

function showReliability() {
  const { bins, error } = shown;
  find("bins").tBodies[0].replaceChildren();
  diagram.replaceChildren();
  bins.forEach(([count, confidence, accuracy], place) => {
    const column = diagram.appendChild(document.createElement("span"));
    column.className = "column";
    if (!count) return;
    column.append(part("accuracy", accuracy), part("confidence", confidence));
    const range = percent(place / bins.length, 0) + "–" + percent((place + 1) / bins.length, 0);
    newRow("bins", range, count, percent(confidence), percent(accuracy));
  });
  for (const axis of ["across", "up"])
    for (const share of [0, 0.5, 1])
      write(diagram.appendChild(part("tick " + axis, share)), percent(share, 0));
  const facts = { error: (100 * error).toFixed(2) };
  write(find("error"), say("misread.error", facts));
  diagram.setAttribute("aria-label", say("misread.error", facts));
}

function part(name, share) {
  const node = document.createElement("span");
  node.className = name;
  node.style.setProperty("--share", share);
  return node;
}
