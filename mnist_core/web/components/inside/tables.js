// The numbers of every picture as a table, for whoever does not see the pictures.
//
// One table at a time, chosen from a list: all feature maps together are 12,000 numbers.

for (const box of element.querySelectorAll(".numbers")) {
  box.addEventListener("toggle", () => {
    if (shown) fillTables(shown);
    if (box.open) changed(); // some of its numbers are sent only while it is open
  });
  box.querySelector("select").addEventListener("change", () => shown && fillTables(shown));
}

function tablesOf(view) {
  return element.querySelector('[data-shows="' + view + '"] .numbers');
}

// Filled while it is open: a table of 128 rows costs a layout.
function fillTables(answer) {
  const box = tablesOf(answer.view);
  if (!box.open || answer.shares === null) return;
  const pictures = answer.view === "inside" ? picturesInside(answer) : picturesOfWhy(answer);
  const list = box.querySelector("select");
  const names = pictures.map(({ name }) => name);
  if ([...list.options].map(({ text }) => text).join() !== names.join()) {
    const chosen = names.indexOf(list.selectedOptions[0]?.text);
    list.replaceChildren(...names.map((name) => new Option(name)));
    list.selectedIndex = Math.max(chosen, 0);
  }
  box.querySelector(".tables").replaceChildren(...pictures[list.selectedIndex].tables());
}

function picturesInside(answer) {
  const { image, kernels, chosen } = answer;
  const source = answer.layers[0].source;
  const pictures = [
    { name: say("inside.table_scores"), tables: () => insideTables(answer) },
    { name: say("inside.image"), tables: () => [imageTable(image)] },
  ];
  if (kernels) pictures.push(...squares(kernels, (unit) => say("inside.table_kernel", { unit, source })));
  for (const layer of answer.layers) {
    const named = (unit) => say("inside.table_map", { unit, source: layer.source });
    if (layer.values.shape.length === 3) pictures.push(...squares(layer.values, named, false));
  }
  if (chosen?.kind === "score") {
    const named = (unit) => say("inside.tile", { unit }) + ": " + say("inside.weights");
    for (const { unit, weights } of chosen.tiles) pictures.push(stack(weights, named(unit)));
  } else if (chosen?.kind === "neuron") {
    pictures.push(stack(chosen.weights, say("inside.weights")));
    pictures.push(stack(chosen.products, say("inside.product")));
  } else if (chosen) {
    pictures.push(stack(chosen.patch, say("inside.patch")));
    pictures.push(stack(chosen.kernel, say("inside.kernel")));
    pictures.push(stack(chosen.products, say("inside.product")));
  }
  return pictures;
}

function picturesOfWhy({ ink, image, alike }) {
  const ones = (alike ?? []).map(({ label, image: pixels }, i) => ({
    name: say("inside.table_alike", { number: i + 1, label }),
    tables: () => [imageTable(pixels)],
  }));
  return [
    stack(ink, say("inside.table_ink")),
    { name: say("inside.image"), tables: () => [imageTable(image)] },
    ...ones,
  ];
}

// Paper is sent as no bytes at all.
function imageTable(image) {
  const pixels = image ? [...toBytes(image)] : Array(SIDE * SIDE).fill(0);
  return pixelTable(pixels, SIDE, SIDE, 0);
}

// Of squares of numbers, one picture each.
function squares(picture, named, isSigned = true) {
  const [count, rows, columns] = picture.shape;
  return Array.from({ length: count }, (_, unit) => ({
    name: named(unit),
    tables: () => {
      const numbers = numbersOf(picture, isSigned);
      return [pixelTable(numbers.slice(unit * rows * columns, (unit + 1) * rows * columns), rows, columns)];
    },
  }));
}

// Of squares of numbers, one picture of them all: their tables stand below each other.
function stack(picture, name) {
  const [rows, columns] = picture.shape.slice(-2);
  const size = rows * columns;
  return {
    name,
    tables: () => {
      const numbers = numbersOf(picture);
      const count = numbers.length / size;
      return Array.from({ length: count }, (_, i) =>
        pixelTable(numbers.slice(i * size, (i + 1) * size), rows, columns),
      );
    },
  };
}

function insideTables({ scores: values, probabilities, digit, shares }) {
  const last = layers[layers.length - 1];
  const heads = [say("inside.table_unit"), say("inside.table_activation"), say("inside.table_share", { digit: called(digit) })];
  const rows = last.numbers.map((value, unit) => [unit, plain(value), signed(shares[unit], 3)]);
  const ten = values.map((value, i) => [called(i), plain(value), probable(probabilities[i])]);
  return [
    tableOf([say("inside.table_digit"), say("inside.table_score"), say("inside.table_probability")], ten),
    tableOf(heads, rows),
  ];
}

function pixelTable(numbers, rows, columns, decimals = 2) {
  const lines = Array.from({ length: rows }, (_, row) => [
    row,
    ...numbers
      .slice(row * columns, (row + 1) * columns)
      .map((value) => (value ? plain(value, decimals) : 0)),
  ]);
  return tableOf([say("inside.table_row"), ...Array(columns).keys()], lines);
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
