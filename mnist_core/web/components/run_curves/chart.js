// A chart in an <svg>: axes, curves, and a cursor that moves without anything being drawn anew.

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = { left: 44, right: 12, top: 8, bottom: 34 }; // CSS pixels
const LEAST_DISTANCE = 34; // CSS pixels between two numbers on the horizontal axis

function svgNode(name, attributes, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// Numbers that people like to read, from low to high: 0, 0.5, 1 …
function niceTicks(low, high, most = 5) {
  const rough = (high - low) / most || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

function powersOfTen(low, high) {
  const ticks = [];
  for (let power = Math.ceil(Math.log10(low)); power <= Math.log10(high); power++)
    ticks.push(Number(("1e" + power)));
  return ticks;
}

class Chart {
  constructor(svg) {
    this.svg = svg;
    this.picture = svgNode("g", {});
    this.cursor = svgNode("g", { class: "cursor", visibility: "hidden" });
    svg.append(this.picture, this.cursor);
    this.width = this.height = 0;
  }

  // Draw it anew. x: { most, ticks: [[place, text]], title }; y: { low, high, isLog };
  // curves: [{ name, places: [[x, y]], marked }]; band: [[x, low, high]]; line: { y, text }.
  draw({ x, y, curves, band = [], line = null }) {
    this.width = this.svg.clientWidth || this.width || 320;
    this.height = this.svg.clientHeight || this.height || 170;
    this.x = x;
    this.y = y;
    this.svg.setAttribute("viewBox", "0 0 " + this.width + " " + this.height);
    const parts = [...this.gridLines(), ...this.epochNumbers()];
    if (line && line.y <= y.high && line.y >= y.low) parts.push(...this.referenceLine(line));
    if (band.length > 1) parts.push(this.bandOf(band));
    for (const curve of curves) parts.push(...this.curve(curve));
    this.picture.replaceChildren(...parts);
  }

  toX(batch) {
    const width = this.width - MARGIN.left - MARGIN.right;
    return MARGIN.left + (batch / this.x.most) * width;
  }

  toY(value) {
    const { low, high, isLog } = this.y;
    const scale = isLog ? Math.log10 : Number;
    const share = (scale(value) - scale(low)) / (scale(high) - scale(low));
    return this.height - MARGIN.bottom - share * (this.height - MARGIN.top - MARGIN.bottom);
  }

  // The batch under a pixel of the page.
  batchAt(clientX) {
    const box = this.svg.getBoundingClientRect();
    const width = this.width - MARGIN.left - MARGIN.right;
    const share = ((clientX - box.left) * (this.width / box.width) - MARGIN.left) / width;
    return Math.min(Math.max(share, 0), 1) * this.x.most;
  }

  gridLines() {
    const { low, high, isLog } = this.y;
    const right = this.width - MARGIN.right;
    return (isLog ? powersOfTen(low, high) : niceTicks(low, high)).flatMap((value) => {
      const y = this.toY(value);
      return [
        svgNode("line", { class: "grid", x1: MARGIN.left, x2: right, y1: y, y2: y }),
        svgNode("text", { class: "y", x: MARGIN.left - 6, y: y + 4 }, String(value)),
      ];
    });
  }

  epochNumbers() {
    const bottom = this.height - MARGIN.bottom;
    const parts = [
      svgNode("text", { class: "title", x: (MARGIN.left + this.width) / 2, y: this.height - 4 }, this.x.title),
    ];
    let last = -Infinity;
    for (const [place, text] of this.x.ticks) {
      const x = this.toX(place);
      if (x - last < LEAST_DISTANCE) continue;
      last = x;
      parts.push(svgNode("line", { class: "grid", x1: x, x2: x, y1: MARGIN.top, y2: bottom }));
      parts.push(svgNode("text", { class: "x", x, y: bottom + 16 }, text));
    }
    return parts;
  }

  referenceLine({ y: value, text }) {
    const y = this.toY(value);
    const right = this.width - MARGIN.right;
    return [
      svgNode("line", { class: "reference", x1: MARGIN.left, x2: right, y1: y, y2: y }),
      svgNode("text", { class: "reference", x: right, y: y - 4 }, text),
    ];
  }

  pathOf(places) {
    return places
      .map(([x, y], i) => (i ? "L" : "M") + this.toX(x).toFixed(1) + " " + this.toY(y).toFixed(1))
      .join("");
  }

  bandOf(band) {
    const upper = band.map(([x, , high]) => [x, high]);
    const lower = band.map(([x, low]) => [x, low]).reverse();
    return svgNode("path", { class: "band", d: this.pathOf([...upper, ...lower]) + "Z" });
  }

  curve({ name, places, marked }) {
    const parts = [svgNode("path", { class: "curve " + name, d: this.pathOf(places) })];
    if (!marked) return parts;
    const points = places.map(([x, y]) =>
      svgNode("circle", { class: "point " + name, cx: this.toX(x), cy: this.toY(y), r: 3.5 }),
    );
    return [...parts, ...points];
  }

  // A line at a batch, with a dot on each of these values; null takes it away.
  moveCursor(batch, values = []) {
    this.cursor.setAttribute("visibility", batch === null ? "hidden" : "visible");
    if (batch === null) return;
    const x = this.toX(batch);
    const line = { x1: x, x2: x, y1: MARGIN.top, y2: this.height - MARGIN.bottom };
    const dots = values
      .filter((value) => value != null && value >= this.y.low && value <= this.y.high)
      .map((value) => svgNode("circle", { cx: x, cy: this.toY(value), r: 5 }));
    this.cursor.replaceChildren(svgNode("line", line), ...dots);
  }
}
