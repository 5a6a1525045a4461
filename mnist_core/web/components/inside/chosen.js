// The view Inside: where the number of what was pressed comes from.

const chosenBox = find("chosen");
const [title, product, sum, tiles, after, adds] = chosenBox.children;

function showChosen({ chosen, image }) {
  panel.dataset.chosen = chosen?.kind ?? "";
  chosenBox.dataset.total = chosen ? (chosen.score ?? chosen.sum) : "";
  for (const box of [product, tiles, adds]) box.replaceChildren();
  for (const line of [sum, after]) write(line, "");
  if (!chosen) write(title, layers.some(({ isMaps }) => isMaps) ? say("inside.hint_maps") : say("inside.hint"));
  else if (chosen.kind === "neuron") showNeuron(chosen, image);
  else if (chosen.kind === "score") showScore(chosen);
  else showPixel(chosen);
  if (chosen) speakSoon([title, sum, after].map((node) => node.textContent).join(" "));
}

function showNeuron(neuron, image) {
  write(title, say("inside.neuron", neuron));
  const ink = document.createElement("canvas");
  ink.className = "ink";
  paintPixels(ink, image, SIDE);
  product.append(
    figureOf(pictureOf(neuron.weights, say("inside.weights")), say("inside.weights")),
    textOf("span", "×", "sign"),
    figureOf(ink, say("inside.ink_there")),
    textOf("span", "=", "sign"),
    figureOf(pictureOf(neuron.products, say("inside.product")), say("inside.product")),
  );
  const facts = { ink: signed(neuron.ink), paper: signed(neuron.paper), bias: signed(neuron.bias) };
  write(sum, say("inside.sum", { ...facts, sum: plain(neuron.sum) }));
  chosenBox.dataset.sum = neuron.ink + neuron.paper + neuron.bias;
  write(after, neuron.function ? say("inside.activation", { function: neuron.function, activation: plain(neuron.activation) }) : "");
  adds.append(textOf("p", say("inside.shares"), "remark"), barsOf(neuron.shares));
}

function barsOf(shares) {
  const list = textOf("div", "", "shares");
  const top = Math.max(...shares.map(Math.abs)) || 1;
  shares.forEach((share, digit) => {
    const row = textOf("span", "", "share-of");
    const track = textOf("span", "", "track");
    const bar = textOf("span", "", "bar");
    showBar(bar, share / top);
    track.append(bar);
    row.append(textOf("b", called(digit)), track, textOf("span", signed(share)));
    list.append(row);
  });
  return list;
}

function showScore(score) {
  write(title, say("inside.score", { digit: called(score.digit), score: plain(score.score) }));
  for (const { unit, weights, activation, share } of score.tiles) {
    const caption = say("inside.tile", { unit });
    const figure = figureOf(pictureOf(weights, caption), caption);
    const part = textOf("strong", signed(share));
    part.style.color = "rgb(" + mixed(share < 0 ? -1 : 1) + ")";
    figure.append(part);
    const button = textOf("button", "", "tile");
    button.type = "button";
    button.setAttribute("aria-label", say("inside.tile_hint", { unit, share: signed(share) }));
    button.append(figure);
    button.addEventListener("click", () => press({ layer: score.layer, unit }));
    tiles.append(button);
  }
  const facts = { neurons: plain(score.neurons), others: signed(score.others) };
  write(after, say("inside.score_sum", { ...facts, bias: signed(score.bias), sum: plain(score.sum) }));
  chosenBox.dataset.sum = score.neurons + score.others + score.bias;
}

function showPixel(pixel) {
  write(title, say("inside.pixel", pixel));
  product.append(
    figureOf(pictureOf(pixel.patch, say("inside.patch")), say("inside.patch")),
    textOf("span", "×", "sign"),
    figureOf(pictureOf(pixel.kernel, say("inside.kernel")), say("inside.kernel")),
    textOf("span", "=", "sign"),
    figureOf(pictureOf(pixel.products, say("inside.product")), say("inside.product")),
  );
  const { sum: total, normalized, activation } = pixel;
  const facts = { sum: plain(total), normalized: plain(normalized), activation: plain(activation) };
  write(after, say("inside.pixel_sum", facts));
  chosenBox.dataset.sum = numbersOf(pixel.products).reduce((all, value) => all + value, 0);
}
