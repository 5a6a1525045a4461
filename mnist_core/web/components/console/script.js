// Shows lines as a terminal does: as text, and always the newest in sight.

function showLines() {
  const box = element.querySelector("pre");
  box.textContent = (props.value || []).join("\n");
  box.scrollTop = box.scrollHeight;
}

watch("value", showLines);
showLines();
