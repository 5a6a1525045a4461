"""What a hostile stranger might send."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

MARKUP = "<img src=x onerror=alert(1)>"
PASSWORDS = "/etc/passwd"

PATHS = [
    PASSWORDS,
    f"file://{PASSWORDS}",
    f"../../../../../../..{PASSWORDS}",
    "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "....//....//....//etc/passwd",
    "/proc/self/environ",
    "app.py",
    "../app.py",
    "checkpoints/simple_nn_mnist.pth",
    r"C:\Windows\win.ini",
    r"\\127.0.0.1\share",
    ".",
    "",
    "~",
    "a\0b",
]
WORDS = [
    MARKUP,
    "<script>alert(1)</script>",
    "${7*7}",
    "{{7*7}}",
    "%s%n",
    "' OR 1=1 --",
    "\ud800",  # half of a character
    "‮",  # writes backwards
    "x" * 100_000,
    "cnn",
    "stranger",
    "__class__",
    "__proto__",
    "value",
    "null",
]
NUMBERS = [
    *(0, -1, 1, 2, 10, 64, 2**31, 2**53, 2**63, 2**64, 10**400, -(10**400)),
    *(0.5, -0.0, 1e-320, 1e308, float("nan"), float("inf"), -float("inf")),
]


def nested(depth: int) -> list[Any]:
    """Return lists in lists."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


LARGE = [
    nested(900),
    [[]] * 20_000,
    [[[1, 2]] * 20_000],
    {"seq": 1, "strokes": [[[1, 2], [3, 4]]] * 5_000},
    {str(number): number for number in range(5_000)},
]
PARAMETERS = ["", "0", "-1", "1", "predict", "predict_strokes", "start_run", "True", "1e5"]

texts = st.sampled_from(PATHS + WORDS) | st.text(max_size=40)
numbers = st.sampled_from(NUMBERS) | st.integers() | st.floats()
leaves = st.none() | st.booleans() | numbers | texts
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(texts.map(lambda text: text[:50]), inner, max_size=5)
    ),
    max_leaves=10,
) | st.sampled_from(LARGE)


@dataclass
class World:
    """What payloads may name.

    Attributes:
        url: an address that only the server itself could reach: nothing may ever ask for it.
        uploads: paths of files that have been uploaded.
        sessions: names of the stranger's own pages, and of another visitor's.
        runs: ids of another visitor's runs.
    """

    url: str = ""
    uploads: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=lambda: ["stranger"])
    runs: list[str] = field(default_factory=list)


def files(world: World) -> st.SearchStrategy[Any]:
    """Return files as Gradio's page describes them, and as it never would."""
    places = st.sampled_from([*world.uploads, *PATHS, world.url]) | texts
    return st.fixed_dictionaries(
        {"path": places, "meta": st.just({"_type": "gradio.FileData"}) | anything},
        optional={
            "url": places | st.none(),
            "orig_name": texts | st.none(),
            "size": numbers | st.none(),
            "mime_type": texts,
            "is_stream": st.booleans(),
        },
    )


@st.composite
def twisted(draw: st.DrawFn, value: Any, world: World) -> Any:
    """Return a value that is right but for one thing in it, or for nothing."""
    strange = anything | files(world) | st.sampled_from([*world.runs, ""])
    if isinstance(value, dict) and value and draw(st.integers(0, 5)):
        key = draw(st.sampled_from(sorted(value)))
        if not draw(st.integers(0, 5)):
            return {other: value[other] for other in value if other != key}
        return {**value, key: draw(twisted(value[key], world))}
    if isinstance(value, list) and value and draw(st.integers(0, 5)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], draw(twisted(value[place], world)), *value[place + 1 :]]
    return draw(st.sampled_from([value, value]) | strange)


def to_json(value: Any) -> bytes:
    """Write JSON as Python does, "NaN" included; half characters travel as escapes."""
    return json.dumps(value).encode("ascii")


RAW_BODIES = [
    b"",
    b"{",
    b"[" * 100_000,
    b'{"data":' * 50_000,
    b'{"data": [' + b"9" * 100_000 + b"]}",
    b'{"data": [1e999999]}',
    b"\xff\xfe\x00",
    b"null",
    b"[]",
    b'"text"',
    b'{"data": [], "data": null, "fn_index": 0}',
]  # fmt: skip
