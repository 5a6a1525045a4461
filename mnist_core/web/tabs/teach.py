"""The part of the Draw tab that teaches a network: classes of one's own, and one's own hand."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from time import monotonic_ns, time

import gradio as gr

from mnist_core.data import DATASETS, default_root, has_images
from mnist_core.drawings import NamedDrawing, format_drawings, parse_named_drawings
from mnist_core.teaching import LEAST_DIGITS
from mnist_core.text import Message, say, translate
from mnist_core.web.components.base import Updates
from mnist_core.web.components.mistakes import pack
from mnist_core.web.components.teach import (
    HandView,
    PicturesAsked,
    TeachOrder,
    TeachPanel,
    TeachView,
)
from mnist_core.web.jobs.short_task import HandLearned, HandTask, Taught, TeachTask
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions.classifiers import (
    Classifier,
    current_classifier,
    default_classifier,
    find_classifier,
    select_classifier,
)
from mnist_core.web.sessions.own_classes import Contents
from mnist_core.web.sessions.own_networks import OwnHand, OwnNetwork, TaughtNetwork
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.run_files import safetensors_path
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.page_stream import at_once, quietly

MOST_MISTAKES = 6  # of an exam that are told one by one


class TeachPart:
    """The part.

    Attributes:
        panel: shows it.
        files: a row of buttons, each of which downloads a network in one form.
    """

    def __init__(self, link: SessionLink) -> None:
        """Lay it out and wire it; call it where it is to stand in the tab."""
        self._link = link
        self.panel = TeachPanel()
        with gr.Row(visible=False) as self.files:
            self.safetensors = _download("train.safetensors", "own-safetensors")
            self.weights = _download("train.weights", "own-weights")
            self.metadata = _download("train.metadata", "own-metadata")
        files = [self.files, self.safetensors, self.weights, self.metadata]
        outputs = [self.panel, link, *files]
        self.panel.order(self.obey, link, outputs, **at_once(link))
        self.panel.want(self.send_pictures, link, self.panel, **quietly(link))

    def obey(self, session: Session, event: gr.EventData) -> Updates:
        """Do what the visitor wants; what cannot be done changes nothing, and a sentence says why.

        Raises:
            gr.Error: no page of ours sends this.
        """
        wanted = TeachOrder.of(event)
        session.note_use()
        try:
            updates = self._obey(wanted, session)
        except ValueError as error:
            session.draw.teach_note, updates = _reason(error), {}
        return {self.panel: self.show(session), **updates}

    def _obey(self, wanted: TeachOrder, session: Session) -> Updates:
        if wanted.action == "train":
            teach(session, augment=wanted.augment)
        elif wanted.action == "hand":
            learn_hand(session)
        elif wanted.action == "back":
            go_back(session)
        elif wanted.action in ("taught_files", "hand_files"):
            return self._offer_files(session, is_hand=wanted.action == "hand_files")
        elif wanted.action == "save":
            content = format_drawings(list(_named(session.own_classes.contents)))
            file = {"content": content.decode("ascii"), "number": monotonic_ns()}
            return {self.panel: gr.update(file=json.dumps(file))}
        else:
            session.draw.teach_note = change(wanted, session)
            return {self.files: gr.update(visible=False)} if wanted.action == "forget" else {}
        # Another network is to come, or one has gone: its files are asked for anew.
        return {**self._link.changed(), self.files: gr.update(visible=False)}

    def _offer_files(self, session: Session, *, is_hand: bool) -> Updates:
        """Write the files of a network, and offer them; nothing changes where there is none.

        Raises:
            ValueError: they cannot be written.
        """
        written = session.files_of_hand() if is_hand else session.files_of_taught()
        if written is None:
            return {}
        weights, metadata = written
        session.draw.teach_note = Message("teach.files_below", name=weights.stem)
        return {
            self.files: gr.update(visible=True),
            self.safetensors: gr.update(value=str(safetensors_path(weights))),
            self.weights: gr.update(value=str(weights)),
            self.metadata: gr.update(value=str(metadata)),
        }

    def add(self, session: Session, drawing: NamedDrawing) -> Updates:
        """Add a drawing to the class of its name, or say why that cannot be."""
        try:
            with session.keeping_classes() as own:
                own.add(drawing)
            session.draw.teach_note = Message("teach.added", name=drawing.label)
        except ValueError as error:
            session.draw.teach_note = _reason(error)
        return {self.panel: self.show(session)}

    def take_back(self, session: Session, drawing: NamedDrawing) -> Updates:
        """Take the newest drawing back, as it is on the canvas again."""
        if session.own_classes.take_back(drawing):
            session.draw.teach_note = Message("teach.taken_back", name=drawing.label)
        return {self.panel: self.show(session)}

    def send_pictures(self, session: Session, event: gr.EventData) -> Updates:
        """Give the images of some drawings; those of others are not there for this session."""
        numbers = set(PicturesAsked.of(event).numbers)
        images = {
            drawing.number: b64encode(drawing.image.tobytes()).decode("ascii")
            for drawing in session.own_classes.contents.drawings
            if drawing.number in numbers
        }
        return {self.panel: gr.update(pictures=json.dumps(images))}

    def show(self, session: Session) -> str:
        """Say what the panel shows now, in the current language, and since when that is so."""
        now = time()  # first: what changes meanwhile is newer
        shown = view(session)
        if shown != session.draw.teach_shown[0]:
            session.draw.teach_shown = shown, now
        return pack({**shown, "since": session.draw.teach_shown[1]})


def _download(key: str, elem_id: str) -> gr.DownloadButton:
    return gr.DownloadButton(Message(key), elem_id=elem_id, size="sm")


def _reason(error: ValueError) -> Message:
    """Return the message that an error of ours carries; the page says it in its own language."""
    reason = error.args[0]
    assert isinstance(reason, Message)
    return reason


# --- the classes -------------------------------------------------------------------------------


def change(wanted: TeachOrder, session: Session) -> Message | None:
    """Change the visitor's classes or drawings; return what is to be said of it.

    Raises:
        ValueError: it cannot be done, and nothing has changed.
    """
    with session.keeping_classes() as own:
        if wanted.action == "name":
            return Message("teach.named", name=own.add_class(wanted.name))
        if wanted.action == "rename":
            own.rename(wanted.number, wanted.name)
        elif wanted.action == "drop":
            return Message("teach.dropped", name=own.remove_class(wanted.number))
        elif wanted.action == "remove":
            return Message("teach.removed", name=own.remove(wanted.number))
        elif wanted.action == "undo":
            return Message("teach.undone") if own.undo() else None
        elif wanted.action == "open":
            most = the_limits().drawings
            drawings = parse_named_drawings(wanted.content.encode("utf-8", "replace"), most)
            own.open(drawings)
            return Message("draw.opened", count=len(drawings))
        elif wanted.action == "forget":
            own.forget()
            return Message("teach.forgotten")
    return None


def _named(contents: Contents) -> list[NamedDrawing]:
    return [
        NamedDrawing(contents.names[drawing.of], drawing.strokes) for drawing in contents.drawings
    ]


def teach(session: Session, *, augment: bool = True) -> None:
    """Have a network taught; it reads as soon as it has learned.

    Args:
        session: whose classes it learns.
        augment: whether each drawing is varied before each use.

    Raises:
        ValueError: there is too little to learn from, or no room for it just now.
    """
    lesson, classes = session.own_classes.lesson()

    def finish(result: Taught | HandLearned) -> None:
        if isinstance(result, Taught):
            taught = TaughtNetwork(result.network, classes, lesson.names, result.exam)
            session.own_classes.taught = taught
            _let_read(session, taught)

    session.learn(TeachTask(lesson, augment), finish)
    session.draw.teach_note = None


# --- the hand ----------------------------------------------------------------------------------


def learn_hand(session: Session) -> None:
    """Let the network that reads learn the visitor's hand; what it was stays beside it.

    Raises:
        ValueError: it cannot learn that, there are too few digits, or there is no room just now.
    """
    classifier = _learner(session)
    problem = _hand_problem(session, classifier)
    if classifier is None or problem:
        raise ValueError(problem)
    root = default_root().resolve() if has_images(DATASETS["mnist"]) else None
    task = HandTask(classifier.model, session.test_set.dataset(), root)

    def finish(result: Taught | HandLearned) -> None:
        if isinstance(result, HandLearned):
            session.own_hand = OwnHand(
                result.network,
                classifier.key,
                classifier.name,
                classifier.calibration,
                result.report,
            )
            _let_read(session, session.own_hand)

    session.learn(task, finish)


def _learner(session: Session) -> Classifier | None:
    """Return the network that would learn: the one that reads, but never one that has already.

    Each time it goes on from the same weights, so that no drawing of the exam has been learned.
    """
    reader, hand = current_classifier(session), session.own_hand
    if hand is not None and reader is not None and reader.key == hand.key:
        return find_classifier(session, hand.former) or default_classifier()
    return reader


def _hand_problem(session: Session, classifier: Classifier | None) -> Message | None:
    """Say why a hand cannot be learned now; None if it can."""
    if classifier is None:
        return Message("draw.no_classifier")
    if not classifier.reads_digits:
        return Message("hand.no_digits", name=classifier.name)
    if classifier.is_training:
        return Message("hand.in_training", name=classifier.name)
    if len(session.test_set) < LEAST_DIGITS:
        return Message("hand.too_few", least=LEAST_DIGITS, count=len(session.test_set))
    return None


def go_back(session: Session) -> None:
    """Let the network read that the visitor's hand was learned from; the other one is forgotten."""
    hand = session.own_hand
    if hand is None:
        return
    if session.draw.classifier == hand.key and not select_classifier(session, hand.former):
        former = default_classifier()
        session.draw.classifier = former.key if former else ""
    session.own_hand = None
    session.note_change()


def _let_read(session: Session, network: OwnNetwork | None) -> None:
    if network is not None:
        select_classifier(session, network.key)


# --- what is shown -----------------------------------------------------------------------------


def view(session: Session) -> TeachView:
    """Say what the panel shows now, in the current language."""
    own, job = session.own_classes, session.short_job
    contents, taught = own.contents, own.taught
    is_busy = job is not None and not job.is_over
    missing: Message | None = None
    try:
        own.check()
    except ValueError as error:
        missing = error.args[0]
    said = session.draw.teach_note
    if job is not None and is_busy:
        said = Message("teach.waiting" if job.share is None else "teach.training")
    return {
        "classes": [
            {
                "number": number,
                "name": name,
                "drawings": [drawing.number for drawing in contents.of(number)],
            }
            for number, name in contents.names.items()
        ],
        "can_undo": own.can_undo,
        "missing": translate(missing) if missing and contents.names else "",
        "can_train": missing is None,
        "share": (-1.0 if job.share is None else round(job.share, 3)) if job and is_busy else None,
        "said": translate(said) if said else "",
        "exam": _say_exam(taught) if taught else [],
        "hand": _view_hand(session),
    }


def _say_exam(taught: TaughtNetwork) -> list[str]:
    """Say how an exam went, and which drawings were taken for what."""
    exam = taught.exam
    facts = {"right": exam.right, "count": exam.count, "accuracy": exam.accuracy}
    mistakes = Counter(exam.mistakes).most_common(MOST_MISTAKES)
    return [
        say("teach.exam", **facts),
        *(
            say("teach.mistake", meant=meant, taken=taken, count=count)
            for (meant, taken), count in mistakes
        ),
    ]


def _view_hand(session: Session) -> HandView:
    hand, problem = session.own_hand, _hand_problem(session, _learner(session))
    text = [say("hand.how")]
    if hand is not None:
        report = hand.report
        facts = {"name": translate(hand.name), "count": report.count}
        right = {"before": report.right_before, "after": report.right_after}
        text = [say("hand.report", **facts, **right)]
        if report.accuracy_before is None or report.accuracy_after is None:
            text.append(say("hand.no_mnist"))
        else:
            before, after = report.accuracy_before, report.accuracy_after
            text.append(say("hand.forgotten", before=before, after=after))
    if problem:
        text.append(translate(problem))
    return {"text": text, "can_learn": problem is None, "is_learned": hand is not None}
