// Saves a TextFile (see __init__.py).

find("save-program").addEventListener("click", () => {
  saveFile(props.value.text, props.value.name, "text/x-python");
});
