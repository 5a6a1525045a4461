// Shows a program, its words coloured by what they are in Python.

const box = find("program");
const PYTHON =
  /(?<text>"""[^]*?"""|"(?:[^"\\\n]|\\.)*")|(?<comment>#.*)|(?<number>\b\d[\w.]*)|(?<keyword>\b(?:as|class|def|else|for|from|if|import|in|not|return|super|with|True|False|None)\b)/g;
const COPIED_MS = 2000; // ms for which the button says that it has copied

function coloured(program) {
  const pieces = document.createDocumentFragment();
  let end = 0;
  for (const match of program.matchAll(PYTHON)) {
    const word = document.createElement("span");
    [word.className] = Object.entries(match.groups).find(([, found]) => found !== undefined);
    word.textContent = match[0];
    pieces.append(program.slice(end, match.index), word);
    end = match.index + match[0].length;
  }
  pieces.append(program.slice(end));
  return pieces;
}

function show(program) {
  if (!program) return;
  write(find("program-title"), program.title);
  if (box.textContent !== program.text) box.replaceChildren(coloured(program.text));
}

// Where the page may not use the clipboard, the program is marked for Ctrl+C.
async function copy() {
  try {
    await navigator.clipboard.writeText(box.textContent);
    write(find("copy"), say("listing.copied"));
    setTimeout(() => write(find("copy"), say("listing.copy")), COPIED_MS);
  } catch {
    getSelection().selectAllChildren(box);
    box.focus();
  }
}

find("copy").addEventListener("click", copy);
find("download").addEventListener("click", () =>
  saveFile(props.value.text, props.value.name, "text/x-python"),
);
find("notebook").addEventListener("click", () =>
  saveFile(
    props.value.notebook,
    props.value.name.replace(/py$/, "ipynb"),
    "application/x-ipynb+json",
  ),
);

watch("value", () => show(props.value));
show(props.value);
