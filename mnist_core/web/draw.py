"""The Draw tab: a drawing in, the network's answer out, while the pen is still moving."""

from __future__ import annotations

import html
from asyncio import to_thread
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path
from time import monotonic
from typing import Any

import gradio as gr

from mnist_core.drawings import LabelledDrawing, format_drawings, parse_drawings
from mnist_core.inference import predict
from mnist_core.preprocessing import (
    GrayImage,
    image_from_picture,
    image_from_strokes,
    open_picture,
)
from mnist_core.web.canvas import Drawing, DrawingCanvas, parse_label
from mnist_core.web.limits import the_limits
from mnist_core.web.page_key import PageKey
from mnist_core.web.readers import (
    SHIPPED_READERS,
    Reader,
    all_readers,
    choose_reader,
    introduce_runs,
    present_reader,
    replace_gone_reader,
    trouble_with,
)
from mnist_core.web.reading import Answer, Reading
from mnist_core.web.right_of_way import note_reading
from mnist_core.web.scoreboard import Board, Row, Scoreboard
from mnist_core.web.steps import build_way
from mnist_core.web.visit import SIGN_OF_LIFE, Visit

NO_READER = "No network that comes with the project can be loaded. Train one in the Train tab."
SHIPPED_NOTES = {"cnn": "trained on many hands", "simple_nn": "the article's"}
READER_GONE = "The network that you chose is gone, so {name} reads."


def build_draw_tab(visit: gr.State, page_key: PageKey) -> None:
    """Lay the tab out and wire it; call it inside a `gr.Tab`."""
    with gr.Row(elem_classes="draw"):
        with gr.Column(scale=2, min_width=320):
            canvas = DrawingCanvas()
            picture = gr.UploadButton(
                "Read a picture instead …",
                file_types=["image"],
                size="sm",
                variant="secondary",
                elem_classes="picture",
            )
        with gr.Column(scale=3, min_width=320):
            reading = Reading()
            board = Scoreboard(_board_to_begin_with())
    # show_progress_on: at each step of each event Gradio's page copies the components that could
    # show its progress, drawing and all; one small button keeps that from costing milliseconds.
    quietly: dict[str, Any] = {
        "show_progress": "hidden",
        "show_progress_on": picture,
        "api_visibility": "private",
    }
    # Past the queue, which costs milliseconds; "multiple", because the page itself sees to it that
    # one request is on its way at a time, and one that got lost must not block the next.
    at_once: dict[str, Any] = {"queue": False, "trigger_mode": "multiple", **quietly}
    canvas.input(read_drawing, [canvas, visit], reading, **at_once)
    build_way(canvas, visit, **at_once)
    picture.upload(read_picture, [picture, visit], reading, **quietly)
    board.select(let_read, [board, visit], [board, canvas], **at_once)
    canvas.select(count_drawing, visit, board, **at_once)
    board.download(save_drawings, visit, board, **at_once)
    board.upload(open_drawings, [board, visit], board, **quietly)
    board.clear(forget_drawings, visit, board, **at_once)
    page_key.on_news(follow_readers, visit, [board, canvas], **quietly)


# --- reading -----------------------------------------------------------------------------------


def read_drawing(drawing: Drawing, visit: Visit) -> Answer:
    """Answer one sending of the canvas."""
    note_reading()
    visit.drawing = image_from_strokes(drawing.strokes)
    return _answer(drawing.seq, visit.drawing, visit)


def read_picture(path: str | None, visit: Visit) -> Answer:
    """Answer an image file; it takes the place of the drawing's answer until the pen moves on.

    Raises:
        gr.Error: the file is not an image, or there is nothing on it.
    """
    if path is None:
        raise gr.Error("An image file was expected.", print_exception=False)
    try:
        image = image_from_picture(open_picture(Path(path)))
    except (ValueError, FileNotFoundError) as error:
        raise _refusal(error) from error
    if image is None:
        raise gr.Error("The picture is blank: there is no digit to read.", print_exception=False)
    return _answer(None, image, visit)


def _answer(seq: int | None, image: GrayImage | None, visit: Visit) -> Answer:
    visit.note_use()
    reader = present_reader(visit)
    if reader is None:
        return {"seq": seq, "digit": None, "message": NO_READER}
    if image is None:
        return {"seq": seq, "digit": None}
    prediction = predict(reader.model, image, reader.calibration)
    return {
        "seq": seq,
        "digit": prediction.digit,
        "sure": prediction.sure,
        "probabilities": list(prediction.probabilities),
        "image": image.ravel().tolist(),
        "reader": f"{reader.name}, in training" if reader.is_training else reader.name,
    }


# --- who reads ---------------------------------------------------------------------------------


def let_read(key: str, visit: Visit) -> tuple[Board, dict[str, Any]]:
    """Let the visitor choose who reads; the drawing on the canvas is read again."""
    is_there = choose_reader(visit, key)
    board = _board(visit)
    if not is_there and (present := present_reader(visit)):
        board["note"] = READER_GONE.format(name=present.name)
    return board, _read_again(visit)


async def follow_readers(visit: Visit) -> AsyncGenerator[tuple[Any, Any], None]:
    """Stream who can read, and have the drawing read again when who reads has learned something.

    Ends when no run is under way.
    """
    shown: object = None
    asked: object = None
    sent_at = 0.0
    async with aclosing(visit.watch()) as beats:
        async for _ in beats:
            introduce_runs(visit)
            now = visit.reader, [(reader.key, reader.edition) for reader in all_readers(visit)]
            if now != shown:
                board, again = await to_thread(_board, visit), _read_again(visit)
                # While the board was made, who reads may have learned more than `now` says.
                yield board, gr.skip() if again == asked else again
                shown, asked = now, again
            elif monotonic() - sent_at >= SIGN_OF_LIFE:
                yield gr.skip(), gr.skip()
            else:
                continue
            visit.attendance.note_life()
            sent_at = monotonic()


def _read_again(visit: Visit) -> dict[str, Any]:
    """Have the page send its drawing once more if this is another reader than last time."""
    reader = present_reader(visit)
    return dict(gr.update(reader=f"{reader.key} {reader.edition}" if reader else ""))


# --- the score ---------------------------------------------------------------------------------


def count_drawing(visit: Visit, event: gr.EventData) -> Board:
    """Count a drawing of which the visitor has said which digit it is.

    Raises:
        gr.Error: what the page sent is no such drawing.
    """
    try:
        drawing = parse_label(event._data)
    except ValueError as error:
        raise _refusal(error) from None
    return _add([drawing], visit, f"Counted as {_name(drawing.label)}.")


def save_drawings(visit: Visit) -> Board:
    """Hand the page its drawings as the file that `evaluate --drawings` reads."""
    return {"file": format_drawings(visit.score.drawings).decode("ascii")}


def open_drawings(content: str, visit: Visit) -> Board:
    """Count the drawings of a file beside those that are there.

    Raises:
        gr.Error: it is not a file of drawings, or too many are in it.
    """
    try:
        drawings = parse_drawings(content.encode(), the_limits().drawings)
    except ValueError as error:
        raise _refusal(error) from None
    return _add(drawings, visit, f"{len(drawings)} drawings opened.")


def forget_drawings(visit: Visit) -> Board:
    """Begin the score anew."""
    visit.score.clear()
    return {**_board(visit), "note": "The drawings are forgotten."}


def _add(drawings: Sequence[LabelledDrawing], visit: Visit, note: str) -> Board:
    dropped = sum(map(visit.score.add, drawings))
    if dropped:
        oldest = "oldest one" if dropped == 1 else f"{dropped} oldest"
        note += f" There is no room for more: the {oldest} made way."
    return {**_board(visit), "note": note}


def _board(visit: Visit) -> Board:
    is_gone = replace_gone_reader(visit)
    readers = all_readers(visit)
    visit.score.keep_answers_of({reader.key for reader in readers})
    rows = {reader.key: _row(reader, visit) for reader in readers}
    missing: dict[str, Row] = {
        key: {"key": key, "name": name, "note": trouble_with(key), "missing": True}
        for key, (name, _) in SHIPPED_READERS.items()
    }
    present = present_reader(visit)
    board: Board = {
        "reader": present.key if present else "",
        "rows": list({**missing, **rows}.values()),
        "drawings": len(visit.score),
    }
    if is_gone and present:
        board["note"] = READER_GONE.format(name=present.name)
    return board


def _row(reader: Reader, visit: Visit) -> Row:
    # Weights of within an epoch are gone before anybody has read their score.
    is_beginning = reader.is_training and reader.epochs == 0
    right = (
        None if is_beginning else visit.score.count_right(reader.key, reader.edition, reader.model)
    )
    note = "in training" if reader.is_training else ""
    if reader.key in SHIPPED_NOTES:
        note = trouble_with(reader.key) or SHIPPED_NOTES[reader.key]
    return {
        "key": reader.key,
        "name": reader.name,
        "accuracy": reader.accuracy,
        "right": right,
        "note": note,
    }


def _board_to_begin_with() -> Board:
    """Name the shipped networks, which are loaded only when a visitor comes."""
    rows: list[Row] = [
        {"key": key, "name": name, "note": SHIPPED_NOTES[key]}
        for key, (name, _) in SHIPPED_READERS.items()
    ]
    return {"reader": rows[0]["key"], "rows": rows, "drawings": 0}


def _name(digit: int) -> str:
    return f"an {digit}" if digit == 8 else f"a {digit}"


def _refusal(error: Exception) -> gr.Error:
    """Say a sentence on the page, which shows it as HTML, and it may quote a stranger."""
    return gr.Error(html.escape(str(error)), print_exception=False)
