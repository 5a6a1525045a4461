// Losses and accuracies of several runs, as `curves.draw_curves` returns them: two pictures, over which
// a cursor moves without their being drawn anew.

let pointed = null; // the epoch that somebody points at, from 1; null for none
let drawn = { places: [], curves: [] }; // where each epoch stands, and the values there

function showPlots(plots, within = element) {
  drawn = plots.values ? JSON.parse(plots.values) : { places: [], curves: [] };
  for (const name of ["losses", "accuracies"]) {
    const picture = find(name, within);
    if (plots[name] && picture.src !== plots[name]) picture.src = plots[name];
    picture.parentElement.hidden = picture.hidden = !plots[name];
    picture.alt = plots[name + "_words"] ?? "";
    if (!picture.onpointermove) followPointer(picture, within);
  }
  const slider = find("epoch-slider", within);
  const epochs = Math.max(...drawn.curves.map((curve) => curve.losses.length), 0);
  slider.closest("p").hidden = epochs === 0;
  slider.max = Math.max(epochs, 1);
  slider.oninput = () => pointAt(Number(slider.value), within);
  pointAt(pointed === null ? null : Math.min(pointed, Number(slider.max)), within);
}

function followPointer(picture, within) {
  const follow = ({ clientX }) => {
    const box = picture.getBoundingClientRect();
    const share = (clientX - box.left) / box.width;
    const distances = drawn.places.map((place) => Math.abs(place - share));
    const nearest = 1 + distances.indexOf(Math.min(...distances));
    pointAt(Math.min(nearest, Number(find("epoch-slider", within).max)), within);
  };
  picture.onpointermove = follow;
  picture.onpointerdown = follow;
}

// Say every curve's values at an epoch, and mark it in both pictures.
function pointAt(epoch, within) {
  pointed = epoch;
  const slider = find("epoch-slider", within);
  const values = find("at-epoch", within);
  for (const cursor of within.querySelectorAll(".plots .cursor")) {
    cursor.hidden = epoch === null;
    if (epoch !== null) cursor.style.left = 100 * drawn.places[epoch - 1] + "%";
  }
  const words = epoch === null ? say("runs.point") : sayValues(epoch);
  write(values, words);
  if (epoch !== null) slider.value = epoch;
  slider.setAttribute("aria-valuetext", words);
}

function sayValues(epoch) {
  const there = drawn.curves.filter((curve) => curve.losses.length >= epoch);
  const parts = there.map(({ name, losses, accuracies }) =>
    say("runs.values", {
      name,
      loss: decimal(losses[epoch - 1], 4),
      accuracy: percent(accuracies[epoch - 1]),
    }),
  );
  return say("runs.at_epoch", { epoch, values: parts.join(say("runs.curves_separator")) });
}
