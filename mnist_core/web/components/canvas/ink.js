// The ink of the drawing.

const BRUSH = 70; // width of the ink: what 2 of the 28 pixels are
const canvas = find("canvas");
const pencil = canvas.getContext("2d");

let paintPending = false;

// Several changes in one frame are painted once, in that frame.
function paintSoon() {
  if (paintPending) return;
  paintPending = true;
  requestAnimationFrame(() => {
    paintPending = false;
    paint();
  });
}

function paint() {
  const side = Math.round(canvas.clientWidth * devicePixelRatio);
  if (side === 0) return; // in a hidden tab; the size changes when it is shown, and we paint then
  if (canvas.width !== side) canvas.width = canvas.height = side;
  pencil.setTransform(side / SIDE, 0, 0, side / SIDE, 0, 0);
  pencil.clearRect(0, 0, SIDE, SIDE);
  pencil.strokeStyle = getComputedStyle(canvas).color;
  pencil.lineWidth = BRUSH;
  pencil.lineCap = pencil.lineJoin = "round";
  pencil.beginPath();
  strokesNow().forEach(trace);
  pencil.stroke();
}

// A curve through the middles of the polyline's sides, with its corners as control points.
function trace(stroke) {
  pencil.moveTo(...stroke[0]);
  for (let i = 1; i < stroke.length - 1; i++) {
    const [[x, y], [nextX, nextY]] = [stroke[i], stroke[i + 1]];
    pencil.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  const [x, y] = stroke[stroke.length - 1];
  pencil.lineTo(x + 0.01, y); // a line of no length has no ink, and a tap is a dot
}
