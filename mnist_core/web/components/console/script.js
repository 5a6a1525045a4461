// Shows lines as a terminal does: as text, and always the newest in sight.

const box = element.querySelector("pre");

function showLines() {
  box.textContent = (props.value || []).join("\n");
  showNewest();
}

function showNewest() {
  box.scrollTop = box.scrollHeight;
}

new ResizeObserver(showNewest).observe(box); // in a hidden tab it has no size, and cannot scroll

watch("value", showLines);
showLines();
