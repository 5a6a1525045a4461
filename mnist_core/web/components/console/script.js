// Shows lines as a terminal does: as text, and always the newest in sight.

function showLines() {
  const box = find("lines");
  write(box, (props.value ?? []).join("\n"));
  box.scrollTop = box.scrollHeight;
}

watch("value", showLines);
showLines();
