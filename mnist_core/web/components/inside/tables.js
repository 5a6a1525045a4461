// All numbers as tables, for whoever does not see the pictures.

for (const box of element.querySelectorAll(".numbers"))
  box.addEventListener("toggle", () => {
    if (shown) fillTables(shown);
    if (box.open) changed(); // some of its numbers are sent only while it is open
  });

function tablesOf(view) {
  return element.querySelector('[data-shows="' + view + '"] .numbers');
}

// Filled while it is open: a table of 128 rows costs a layout.
function fillTables(answer) {
  const box = tablesOf(answer.view);
  if (!box.open || answer.shares === null) return;
  const isInside = answer.view === "inside";
  box.querySelector(".tables").replaceChildren(...(isInside ? insideTables(answer) : [inkTable(answer)]));
}

function insideTables({ scores: values, probabilities, digit, shares }) {
  const last = layers[layers.length - 1];
  const heads = [say("inside.table_unit"), say("inside.table_activation"), say("inside.table_share", { digit })];
  const rows = last.numbers.map((value, unit) => [unit, plain(value), signed(shares[unit], 3)]);
  const ten = values.map((value, i) => [i, plain(value), probable(probabilities[i])]);
  return [
    tableOf([say("inside.table_digit"), say("inside.table_score"), say("inside.table_probability")], ten),
    tableOf(heads, rows),
  ];
}

function inkTable({ ink }) {
  const numbers = numbersOf(ink);
  const rows = Array.from({ length: SIDE }, (_, row) => [
    row,
    ...numbers.slice(row * SIDE, (row + 1) * SIDE).map((value) => (value ? plain(value, 1) : 0)),
  ]);
  const table = tableOf([say("inside.table_row"), ...Array(SIDE).keys()], rows);
  table.prepend(textOf("caption", say("inside.table_ink")));
  return table;
}

function tableOf(heads, rows) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const text of heads) head.append(Object.assign(textOf("th", text), { scope: "col" }));
  const body = table.createTBody();
  for (const [first, ...rest] of rows) {
    const row = body.insertRow();
    row.append(Object.assign(textOf("th", first), { scope: "row" }), ...rest.map((text) => textOf("td", text)));
  }
  return table;
}
