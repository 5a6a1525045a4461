// The first batch, in the place of the curves until there are some.

const box = find("first-batch");
const images = find("batch-images");
const template = images.querySelector("template");
let batch = null; // what the server said last
let isAsked = false;

function show(text) {
  isAsked = false;
  batch = text ? JSON.parse(text) : null;
  images.hidden = !batch?.size;
  box.dataset.size = batch?.size || "";
  describe();
  if (!batch?.size) return;
  images.querySelectorAll("figure").forEach((figure) => figure.remove());
  images.classList.toggle("named", Boolean(batch.classes));
  const [channels, side] = batch.shape;
  images.append(
    ...batch.images.map(({ pixels, label }) => {
      const figure = copyOf(template);
      paintPixels(figure.querySelector("canvas"), pixels, side, channels);
      write(figure.querySelector("figcaption"), called(label));
      return figure;
    }),
  );
}

// A class by its name, or the digit that it is.
function called(label) {
  return batch.classes?.[label] ?? label;
}

function describe() {
  if (!batch?.size) {
    write(find("batch-words"), batch ? say("batch.none", batch) : "");
    write(find("batch-shapes"), "");
    return;
  }
  const { size, seed, of: total, images: shown } = batch;
  const facts = { shown: shown.length, size: size.toLocaleString("en"), total: total.toLocaleString("en"), seed };
  const words = shown.length < size ? say("batch.some", facts) : say("batch.all", facts);
  write(find("batch-words"), words);
  const [channels, rows, columns] = batch.shape;
  const shape = { size, rows, columns };
  write(find("batch-shapes"), channels > 1 ? say("batch.shapes_in_colour", shape) : say("batch.shapes", shape));
  const labels = shown.map(({ label }) => called(label));
  const spoken = batch.classes
    ? say("batch.labels_named", { labels: labels.join(", ") })
    : say("batch.labels", { labels: labels.join(" ") });
  images.setAttribute("aria-label", spoken);
}

// Ask for it where somebody sees that it is missing.
function ask() {
  if (batch?.size || isAsked || !box.open || box.getClientRects().length === 0) return;
  isAsked = true;
  trigger("input");
}

const place = element.closest(".learning");

function makeRoom() {
  box.open = !place.dataset.drawn;
  ask();
}

const drawn = new MutationObserver(makeRoom);
drawn.observe(place, { attributeFilter: ["data-drawn"] });
const sight = new ResizeObserver(ask);
sight.observe(box);
box.addEventListener("toggle", ask);
life.signal.addEventListener("abort", () => {
  drawn.disconnect();
  sight.disconnect();
});

watch("value", () => show(props.value));
watch("text", () => (batch?.classes ? trigger("input") : describe())); // names come anew
if (props.value) show(props.value);
makeRoom();
