// Pictures as files: curves as they are drawn (SVG) or in pixels (PNG), and canvases.

const PNG_SCALE = 2; // pixels of a PNG for one of the page
const SEEN_SCALE = 10; // and for one of the 28 by 28
const GAP = 16; // between two plots that are saved side by side

// Attributes of a curve that the page's style says, and that it needs outside of the page.
const DRAWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity"];
const WRITTEN = ["font-family", "font-size", "text-anchor", "dominant-baseline"];

function stem() {
  return element.querySelector(".share").dataset.stem;
}

// Pictures in <img>, and charts that are part of the page.
function plotsInSight() {
  const plots = element.closest(".shared").querySelectorAll(".paper img, svg[data-testid$=-chart]");
  return [...plots].filter((plot) => plot.src !== "" && plot.getClientRects().length > 0);
}

function svgOf(plot) {
  return plot.src === undefined ? withItsStyle(plot) : svgInAddress(plot.src);
}

// The SVG in a data address: no request may go anywhere else, not even to one of those.
function svgInAddress(address) {
  const bytes = Uint8Array.from(atob(address.split(",")[1]), (letter) => letter.charCodeAt(0));
  const text = new TextDecoder().decode(bytes);
  return new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
}

function withItsStyle(chart) {
  const copy = chart.cloneNode(true);
  const [shown, copied] = [chart, copy].map((svg) => [svg, ...svg.querySelectorAll("*")]);
  shown.forEach((part, index) => {
    const style = getComputedStyle(part);
    copied[index].removeAttribute("class");
    for (const name of [...DRAWN, ...WRITTEN])
      copied[index].style.setProperty(name, style.getPropertyValue(name));
  });
  const { width, height } = chart.getBoundingClientRect();
  if (!copy.hasAttribute("viewBox")) copy.setAttribute("viewBox", [0, 0, width, height].join(" "));
  return copy;
}

// Names in two pictures may be the same, and would be mixed up in one.
function renameIn(svg, prefix) {
  for (const node of svg.querySelectorAll("*"))
    for (const { name, value } of [...node.attributes])
      if (name === "id") node.setAttribute(name, prefix + value);
      else if (name.endsWith("href") && value.startsWith("#"))
        node.setAttribute(name, "#" + prefix + value.slice(1));
      else if (value.includes("url(#"))
        node.setAttribute(name, value.replaceAll("url(#", "url(#" + prefix));
}

// One picture of several plots, side by side, with its size.
function besideEachOther(plots) {
  const whole = document.implementation.createDocument("http://www.w3.org/2000/svg", "svg");
  let [width, height] = [0, 0];
  plots.forEach((plot, number) => {
    const svg = svgOf(plot);
    const box = svg.viewBox.baseVal;
    renameIn(svg, "plot" + number + "-");
    if (number > 0) width += GAP;
    for (const [name, value] of Object.entries({ x: width, y: 0, ...sizeOf(box) }))
      svg.setAttribute(name, value);
    whole.documentElement.append(whole.importNode(svg, true));
    [width, height] = [width + box.width, Math.max(height, box.height)];
  });
  whole.documentElement.setAttribute("viewBox", [0, 0, width, height].join(" "));
  for (const [name, value] of Object.entries(sizeOf({ width, height })))
    whole.documentElement.setAttribute(name, value);
  return { text: new XMLSerializer().serializeToString(whole), width, height };
}

function sizeOf({ width, height }) {
  return { width, height };
}

async function savePng(picture, width, height, paper, name, { smooth = true } = {}) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width), Math.round(height)];
  const pencil = canvas.getContext("2d");
  pencil.fillStyle = paper;
  pencil.fillRect(0, 0, canvas.width, canvas.height);
  pencil.imageSmoothingEnabled = smooth;
  pencil.drawImage(picture, 0, 0, canvas.width, canvas.height);
  saveFile(await new Promise((done) => canvas.toBlob(done)), name, "image/png");
}

async function savePlots(kind) {
  const plots = plotsInSight();
  if (plots.length === 0) return;
  const { text, width, height } = besideEachOther(plots);
  const name = stem() + "." + kind;
  if (kind === "svg") return saveFile(text, name, "image/svg+xml");
  const picture = new Image();
  picture.src = "data:image/svg+xml," + encodeURIComponent(text);
  await picture.decode();
  // Pictures are drawn for white paper, charts for that of the page.
  const isPage = plots.some((plot) => plot.src === undefined);
  const paper = isPage ? getComputedStyle(document.body).backgroundColor : "white";
  await savePng(picture, PNG_SCALE * width, PNG_SCALE * height, paper, name);
}

function saveDrawing() {
  const canvas = document.querySelector("[data-testid=canvas]");
  const paper = getComputedStyle(canvas.closest(".sheet")).backgroundColor;
  return savePng(canvas, canvas.width, canvas.height, paper, stem() + ".png");
}

// As large pixels, since nobody can see the small ones.
function saveSeen() {
  const canvas = document.querySelector("[data-testid=image]");
  const side = SEEN_SCALE * canvas.width;
  return savePng(canvas, side, side, "black", stem() + "_28x28.png", { smooth: false });
}
