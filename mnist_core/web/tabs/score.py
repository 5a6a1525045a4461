"""The score: how many of the visitor's labelled drawings each network reads right."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from mnist_core.drawings import LabelledDrawing, format_drawings, parse_drawings
from mnist_core.text import Message, say, translate
from mnist_core.web.components.base import refusal
from mnist_core.web.components.canvas import parse_label
from mnist_core.web.components.leaderboard import LeaderboardStatus, OpenedFile, Row
from mnist_core.web.gradio_compat.event_data import event_data
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions.classifiers import (
    SHIPPED_CLASSIFIERS,
    Classifier,
    all_classifiers,
    current_classifier,
    describe_problem,
    replace_gone_classifier,
)
from mnist_core.web.sessions.session import Session

SHIPPED_NOTES = {"cnn": Message("draw.cnn_note"), "simple_nn": Message("draw.simple_nn_note")}


def count_drawing(session: Session, event: gr.EventData) -> LeaderboardStatus:
    """Count a drawing of which the visitor has said which digit it is.

    Raises:
        gr.Error: what the page sent is no such drawing.
    """
    drawing = _labelled(event)
    return _add([drawing], session, Message("draw.counted", digit=_name(drawing.label)))


def take_drawing_back(session: Session, event: gr.EventData) -> LeaderboardStatus:
    """Count a drawing no more: the visitor has undone what was said of it.

    Raises:
        gr.Error: what the page sent is no such drawing.
    """
    drawing = _labelled(event)
    if session.test_set.remove(drawing):
        session.draw.note = Message("draw.taken_back", digit=_name(drawing.label))
    return show_board(session)


def _labelled(event: gr.EventData) -> LabelledDrawing:
    try:
        return parse_label(event_data(event))
    except ValueError as error:
        raise refusal(error) from None


def save_drawings(session: Session) -> LeaderboardStatus:
    """Hand the page its drawings as the file that `evaluate --drawings` reads."""
    return {"file": format_drawings(session.test_set.drawings).decode("ascii")}


def open_drawings(session: Session, event: gr.EventData) -> LeaderboardStatus:
    """Count the drawings of a file beside those that are there.

    Raises:
        gr.Error: it is not a file of drawings, or too many are in it.
    """
    return count_file(OpenedFile.of(event).content, session, "draw.opened")


def count_file(content: str, session: Session, note: str) -> LeaderboardStatus:
    """Count the drawings of a file's text; `note` is the sentence that says how many."""
    try:
        drawings = parse_drawings(content.encode(), the_limits().drawings)
    except ValueError as error:
        raise refusal(error) from None
    return _add(drawings, session, Message(note, count=len(drawings)))


def forget_drawings(session: Session) -> LeaderboardStatus:
    """Begin the score anew."""
    session.test_set.clear()
    session.draw.note = Message("draw.forgotten")
    return show_board(session)


def _add(drawings: Sequence[LabelledDrawing], session: Session, note: Message) -> LeaderboardStatus:
    try:
        dropped = session.label(drawings)
    except ValueError as error:
        raise refusal(error) from None
    if dropped == 1:
        note = Message("draw.made_room_for_one", note=note)
    elif dropped:
        note = Message("draw.made_room", note=note, count=dropped)
    session.draw.note = note
    return show_board(session)


def show_board(session: Session) -> LeaderboardStatus:
    """Show who can read, and how many of the drawings each reads right."""
    changed_at = session.test_set.changed_at  # first: what is counted meanwhile is newer
    is_gone = replace_gone_classifier(session)
    classifiers = all_classifiers(session)
    session.test_set.keep_predictions_of({classifier.key for classifier in classifiers})
    rows = {classifier.key: _row(classifier, session) for classifier in classifiers}
    missing: dict[str, Row] = {
        key: {"key": key, "name": name, "note": translate(describe_problem(key)), "missing": True}
        for key, (name, _) in SHIPPED_CLASSIFIERS.items()
    }
    present = current_classifier(session)
    if is_gone and present:
        session.draw.note = Message("draw.classifier_gone", name=present.name)
    return {
        "classifier": present.key if present else "",
        "rows": list({**missing, **rows}.values()),
        "drawings": len(session.test_set),
        "changed_at": changed_at,
        "note": translate(session.draw.note) if session.draw.note else "",
    }


def _row(classifier: Classifier, session: Session) -> Row:
    # Weights of within an epoch are gone before anybody has read their score; what has learned
    # from these very drawings has none to be proud of.
    is_beginning = classifier.is_training and classifier.epochs == 0
    right = (
        None
        if is_beginning or classifier.note or not classifier.reads_digits
        else session.test_set.count_right(classifier.key, classifier.edition, classifier.model)
    )
    note = translate(classifier.note) or _say_accuracy(classifier)
    if classifier.is_training:
        note = say("draw.in_training")
    if classifier.key in SHIPPED_NOTES:
        note = translate(describe_problem(classifier.key) or SHIPPED_NOTES[classifier.key])
    return {
        "key": classifier.key,
        "name": translate(classifier.name),
        "accuracy": classifier.accuracy if classifier.reads_digits else None,
        "right": right,
        "note": note,
    }


def _say_accuracy(classifier: Classifier) -> str:
    """Say how a network does that was not tested on MNIST, whose column is not for it."""
    data_set, accuracy = classifier.data_set, classifier.accuracy
    if data_set is None or classifier.reads_digits or accuracy is None:
        return ""
    return say("draw.accuracy_on", title=data_set.title, accuracy=accuracy)


def first_board() -> LeaderboardStatus:
    """Name the shipped networks, which are loaded only when a visitor comes."""
    rows: list[Row] = [
        {"key": key, "name": name, "note": SHIPPED_NOTES[key]}
        for key, (name, _) in SHIPPED_CLASSIFIERS.items()
    ]
    return {"classifier": rows[0]["key"], "rows": rows, "drawings": 0, "changed_at": 0.0}


def _name(digit: int) -> Message:
    return Message("digit.eight" if digit == 8 else "digit.other", digit=digit)
