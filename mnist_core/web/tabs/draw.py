"""The Draw tab: a drawing in, the network's answer out, while the pen is still moving."""

from __future__ import annotations

import time
from typing import Any

import gradio as gr

from mnist_core.data import DATASETS
from mnist_core.drawings import NamedDrawing
from mnist_core.inference import predict
from mnist_core.preprocessing import GrayImage, image_from_strokes
from mnist_core.text import Message, say, translate
from mnist_core.web.components.base import Updates, refusal
from mnist_core.web.components.canvas import (
    Drawing,
    DrawingCanvas,
    has_name,
    parse_named_label,
)
from mnist_core.web.components.image_strip import ImageStrip, Wish
from mnist_core.web.components.keepsakes import Keepsakes, KeptDrawings
from mnist_core.web.components.leaderboard import Choice, Leaderboard
from mnist_core.web.components.picture import Findings, PictureViewer, Question
from mnist_core.web.components.prediction import Answer, PredictionPanel
from mnist_core.web.components.share import Share
from mnist_core.web.gradio_compat.event_data import event_data
from mnist_core.web.jobs.throttle import note_reading
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions.classifiers import (
    Classifier,
    current_classifier,
    select_classifier,
    select_new_runs,
)
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.session import Session
from mnist_core.web.sessions.uploads import find_upload
from mnist_core.web.tabs.image_strip import describe_strip, fill_strip
from mnist_core.web.tabs.inside import build_views
from mnist_core.web.tabs.page_stream import View, at_once, quietly
from mnist_core.web.tabs.picture import look_at_thing, look_into, look_up
from mnist_core.web.tabs.score import (
    count_drawing,
    count_file,
    first_board,
    forget_drawings,
    open_drawings,
    save_drawings,
    show_board,
    take_drawing_back,
)
from mnist_core.web.tabs.teach import TeachPart


class DrawTab:
    """The tab.

    Attributes:
        canvas: holds the drawing.
        picture: lies over it, once there is one.
        strip: the test images of who reads, where nobody can draw what it has learned.
        board: names the networks.
        keepsakes: what the visitor's own browser keeps.
        outputs: what changes with the session.
    """

    def __init__(self, link: SessionLink) -> None:
        """Lay the tab out and wire it; call it inside a `gr.Tab`."""
        with gr.Row(elem_classes="draw"):
            with gr.Column(scale=2, min_width=320), gr.Column(elem_classes="desk"):
                self.canvas = DrawingCanvas()
                self.picture = PictureViewer(
                    megabytes=the_limits().upload_mb, elem_classes="over-canvas"
                )
                self.strip = ImageStrip()
                Share(offers=("link", "drawing", "seen"), stem="digit")
            with gr.Column(scale=3, min_width=320):
                prediction = PredictionPanel(elem_classes="reading")
                self.board = Leaderboard(first_board())
                self.keepsakes = Keepsakes(most=the_limits().drawings)
            with gr.Column(scale=5, min_width=320, elem_classes="dock"):
                build_views(self.canvas, link)
                with gr.Column(elem_classes="teach-view"):
                    self.teach = TeachPart(link)
        self.outputs = [self.board, self.canvas, self.picture, self.strip, self.teach.panel]
        # At once, and "multiple": the page itself sees to it that one drawing is on its way at a
        # time, and one that got lost must not block the next.
        self.canvas.input(read_drawing, [self.canvas, link], prediction, **at_once(link))
        # Through the queue, one picture after another: each costs a process. "multiple": a visitor
        # who marks another part does not wait for the answer to the first.
        settings = {**quietly(link), "trigger_mode": "multiple"}
        self.picture.input(
            read_picture, [self.picture, link], [prediction, self.picture], **settings
        )
        self.strip.turn(self.turn_strip, link, self.strip, **at_once(link))
        self.board.choose(self.choose_classifier, link, self.outputs, **at_once(link))
        boards = [self.board, self.teach.panel]
        self.canvas.labelled(self.label_drawing, link, boards, **at_once(link))
        self.canvas.recalled(self.unlabel_drawing, link, boards, **at_once(link))
        self.board.save(save_drawings, link, self.board, **at_once(link))
        self.board.open_file(open_drawings, link, self.board, **quietly(link))
        self.board.forget(forget_drawings, link, self.board, **at_once(link))
        kept = [self.board, self.keepsakes]
        self.keepsakes.bring_back(self.bring_drawings_back, link, kept, **quietly(link))

    def choose_classifier(self, session: Session, event: gr.EventData) -> Updates:
        """Let the visitor choose who reads; the drawing on the canvas is read again."""
        is_there = select_classifier(session, Choice.of(event).key)
        session.note_change()
        if not is_there and (present := current_classifier(session)):
            session.draw.note = Message("draw.classifier_gone", name=present.name)
        return {self.board: show_board(session), **self._read_again(session)}

    def turn_strip(self, session: Session, event: gr.EventData) -> Updates:
        """Give some test images of a data set."""
        return {self.strip: gr.update(images=fill_strip(Wish.of(event), session))}

    def bring_drawings_back(self, session: Session, event: gr.EventData) -> Updates:
        """Count drawings again that the visitor's browser has kept.

        Raises:
            gr.Error: they are none, or too many.
        """
        content = KeptDrawings.of(event).content
        board = count_file(content, session, "draw.brought_back")
        return {self.board: board, self.keepsakes: gr.update(brought=time.monotonic_ns())}

    def view(self, session: Session) -> View:
        """Show who can read, and have the drawing read again when who reads has learned more."""

        def show() -> Updates:
            select_new_runs(session)
            again = self._read_again(session)  # first: what is learned meanwhile is shown later
            return {
                self.board: show_board(session),
                self.teach.panel: self.teach.show(session),
                **again,
            }

        return show

    def label_drawing(self, session: Session, event: gr.EventData) -> Updates:
        """Keep a drawing of which the visitor has said what it is: a digit, or an own class."""
        if _is_for_own_class(session, event):
            updates = self.teach.add(session, _named(event))
            session.draw.note = session.draw.teach_note  # where the other panel is closed
            return {self.board: show_board(session), **updates}
        return {
            self.board: count_drawing(session, event),
            self.teach.panel: self.teach.show(session),
        }

    def unlabel_drawing(self, session: Session, event: gr.EventData) -> Updates:
        """Take a drawing back: the visitor has undone what was said of it."""
        if _is_for_own_class(session, event):
            return self.teach.take_back(session, _named(event))
        board = take_drawing_back(session, event)
        return {self.board: board, self.teach.panel: self.teach.show(session)}

    def _read_again(self, session: Session) -> Updates:
        """Have the page ask once more if this is another classifier than last time."""
        classifier = current_classifier(session)
        name = f"{classifier.key} {classifier.edition}" if classifier else ""
        return {
            self.canvas: dict(gr.update(classifier=name, drawable=_drawable(classifier))),
            self.picture: dict(gr.update(classifier=name)),
            self.strip: describe_strip(classifier),
        }


def _is_for_own_class(session: Session, event: gr.EventData) -> bool:
    """Tell whether a label names a class; where there are none, it has to be a digit."""
    return has_name(event_data(event)) and not session.own_classes.is_empty


def _named(event: gr.EventData) -> NamedDrawing:
    try:
        return parse_named_label(event_data(event))
    except ValueError as error:
        raise refusal(error) from None


def _drawable(classifier: Classifier | None) -> str:
    """Return what can be drawn for a network, as the canvas names it."""
    if classifier is None or classifier.reads_digits:
        return "digits"
    return "classes" if classifier.reads_drawings else ""


# --- reading -----------------------------------------------------------------------------------


def read_drawing(drawing: Drawing, session: Session) -> Answer:
    """Answer one sending of the canvas."""
    note_reading()
    if drawing.strokes:
        session.draw.keep_picture(None)
    classifier = current_classifier(session)
    can_draw = _drawable(classifier) != ""
    session.draw.drawing = image_from_strokes(drawing.strokes) if can_draw else None
    return _answer(drawing.seq, session.draw.drawing, session)


def read_picture(
    question: Question | None, session: Session
) -> tuple[Answer | dict[str, Any], Findings]:
    """Answer a picture, and say where things are in it, or what is wrong with it.

    Raises:
        gr.Error: nothing was asked.
    """
    if question is None:
        raise refusal(Message("picture.expected"))
    image: GrayImage | None = None
    classifier = current_classifier(session)
    data_set = classifier.data_set if classifier else DATASETS["mnist"]
    try:
        if question.test_image is not None:
            image, findings = look_up(question, data_set)
            session.draw.keep_picture(None)
        elif path := find_upload(question.file):
            session.draw.keep_picture(path)
            if data_set is None or data_set.is_drawable:
                image, findings = look_into(question, path)
            else:
                image, findings = look_at_thing(question, path, data_set)
        else:
            raise FileNotFoundError
    except FileNotFoundError:  # it was kept for some minutes: the page has it, and asks again
        return gr.skip(), {"seq": question.seq, "gone": True}
    except ValueError as error:
        findings = {"seq": question.seq, "problem": translate(error)}
    session.draw.drawing = image
    return {**_answer(question.seq, image, session), "is_picture": True}, findings


def _answer(seq: int, image: GrayImage | None, session: Session) -> Answer:
    session.note_use()
    classifier = current_classifier(session)
    answer: Answer = {"seq": seq, "digit": None}
    if image is not None:  # nobody may be there to read it, and it can be taught all the same
        answer["image"] = image.ravel().tolist()
        if len(image.shape) == 3:
            answer["channels"] = image.shape[0]
    if classifier is None:
        answer["message"] = say("draw.no_classifier")
        return answer
    if not classifier.reads_digits:
        answer["classes"] = [translate(name) for name in classifier.classes]
    if not classifier.reads_digits and classifier.dataset:  # only digits are counted
        answer["keeps_labels"] = False
        answer["message"] = _ask_for(classifier)
    if image is None:
        return answer
    prediction = predict(classifier.model, image, classifier.calibration)
    answer["digit"] = prediction.digit
    answer["sure"] = prediction.sure
    answer["probabilities"] = list(prediction.probabilities)
    answer["classifier"] = (
        say("draw.in_training_named", name=classifier.name)
        if classifier.is_training
        else translate(classifier.name)
    )
    return answer


def _ask_for(classifier: Classifier) -> str:
    """Say what a network reads that has learned no digits."""
    if classifier.reads_drawings:
        return say("draw.ask_class", classes=", ".join(map(translate, classifier.classes)))
    return say("draw.ask_picture")
