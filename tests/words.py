"""Sentences that stand outside the catalogue, where only the speakers of one language understand.

python -m tests.words [PATH]
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "mnist_core"
CATALOGUE = PACKAGE / "text"
TWO_WORDS = re.compile(r"[A-Za-z]{2,}[,;:.]? [a-z]{2,}")
WORD = re.compile(r"[A-Za-z]{2,}")
ONE_WORD = re.compile(r"[A-Z][a-z]+[ …:]*")
SHOWN_BY_GRADIO = {"label", "info", "value", "placeholder", "title"}
SPOKEN_ATTRIBUTES = {"alt", "aria-label", "aria-description", "title", "placeholder", "data-label"}
SCRIPT_STRING = re.compile(
    r"//[^\n]*|/\*.*?\*/"  # a comment, in which a quote opens nothing
    r"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`]*`",
    re.DOTALL,
)
IN_SELECTOR = re.compile(r"[\[\].#>=]|^\w+ \w+$")  # "li .title" is no sentence


def words_in_python(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each literal of two words or more that is neither docstring nor log.

    And of one word where Gradio is given it to show.
    """
    tree = ast.parse(source)
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))  # a docstring, of a module, class, function or attribute
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
            silent |= {id(value) for value in node.args}  # for who looks after the server
    for node in ast.walk(tree):
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_literal and id(node) not in silent and TWO_WORDS.search(node.value):
            yield node.lineno, node.value
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("gr."):
            shown = [word.value for word in node.keywords if word.arg in SHOWN_BY_GRADIO]
            for value in [*node.args, *shown]:
                if isinstance(value, ast.Constant) and ONE_WORD.fullmatch(str(value.value)):
                    yield value.lineno, str(value.value)


def words_in_script(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each string of two words or more that is no selector."""
    for match in SCRIPT_STRING.finditer(source):
        text = match.group()
        if text.startswith("/") or not TWO_WORDS.search(text) or IN_SELECTOR.search(text[1:-1]):
            continue
        yield source.count("\n", 0, match.start()) + 1, text


class _Template(HTMLParser):
    """Collects what a browser would show or speak, but for what is said to be of a language."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._foreign = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._foreign = any(name == "lang" for name, _ in attributes)
        for name, value in attributes:
            if name in SPOKEN_ATTRIBUTES and WORD.search(value or ""):
                self.found.append((self.getpos()[0], f"{name}={value}"))

    def handle_endtag(self, tag: str) -> None:
        self._foreign = False

    def handle_data(self, data: str) -> None:
        if WORD.search(data) and not self._foreign:
            self.found.append((self.getpos()[0], data.strip()))


def words_in_template(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each word that a template shows or speaks by itself."""
    template = _Template()
    template.feed(source)
    yield from template.found


READERS = {".py": words_in_python, ".js": words_in_script, ".html": words_in_template}


def words_outside(path: Path) -> Iterator[tuple[Path, int, str]]:
    """Yield file, line and text of what stands outside the catalogue in a file or folder."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        if file.suffix in READERS and CATALOGUE not in file.parents:
            for line, text in READERS[file.suffix](file.read_text(encoding="utf-8")):
                yield file, line, text


# What may stand outside: by its file, what it looks like. No person reads it as a sentence.
EXCEPTIONS = (
    # Said to whoever runs the server, beside the log, which is English.
    ("web/limits.py", "."),
    # What the errors of other libraries are known by.
    ("data/download.py", r"\(\?i\)"),
    # Pieces of programs.
    (
        "codegen/program.py",
        r"^import |^from itertools |\{why\[|^import |\bimport |\{imports\}|\{why\[|^nn, optim"
        r"|^train_set = datasets\.",
    ),
    ("codegen/own_pictures.py", "."),  # it holds nothing else
    ("codegen/source.py", r"^\(, width: int = 128, activation"),
    ("web/jobs/worker_process.py", r"^\nimport os, sys\n"),
    # Words that other libraries go by.
    ("plots.py", r"^(upper|lower) right$"),
    ("rate_finder/plot.py", r"^lower left$"),
    ("shapes.py", r"^\(\?P<given>mat1\)"),
    ("web/endpoints/cached_files.py", r"^public, max-age="),  # a header
    ("web/endpoints/link_preview.py", r"^public, max-age=|^<meta "),  # the same, and markup
    ("web/endpoints/first_words.py", r'^<div class="first-words">'),
    ("web/endpoints/safe_headers.py", r"^default-src "),  # a security policy
    ("web/gradio_compat/streams.py", r"^event: error"),  # as browsers read streams
    ("web/gradio_compat/page_parts.py", r"^\nfor \(const|^<script src="),  # a script, and markup
    ("web/components/canvas/script.js", r"prefers-color-scheme"),  # a question to the browser
    ("web/components/guide/script.js", r"prefers-reduced-motion"),
    ("web/components/address/script.js", r"display: none"),  # a style
    ("web/components/run_table/script.js", r'^"label, button"$'),  # a selector
    ("web/tabs/augmentation_preview.py", r"^<img src="),
    ("web/components/head/script.js", r"^.Invalid file type.$"),  # what Gradio's page says
    ("web/tabs/own_pictures.py", r"^<img src="),
    ("preprocessing/decoder.py", r"^tuple\[float, float\]$"),  # a type
    # Names.
    ("plots.py", r"^the same names each time$"),  # a salt
    ("web/jobs/worker.py", r"^go on$"),  # an order to another process
)


def words_to_move() -> Iterator[tuple[Path, int, str]]:
    """Yield what stands outside the catalogue without being an exception."""
    for file, line, text in words_outside(PACKAGE):
        place = file.relative_to(PACKAGE).as_posix()
        if not any(place == where and re.search(what, text) for where, what in EXCEPTIONS):
            yield file, line, text


if __name__ == "__main__":
    for file, line, text in words_outside(Path(sys.argv[1]) if sys.argv[1:] else PACKAGE):
        print(f"{file.relative_to(PACKAGE.parent)}:{line}: {text!r}")
