"""The Mistakes tab: what a network misreads, how sure it is, and what another one reads there."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from mnist_core.data import PixelDataset
from mnist_core.inspection import inspect_image, project
from mnist_core.mistakes import Readings
from mnist_core.mistakes.reliability import calibration_error, reliability
from mnist_core.text import say, translate
from mnist_core.web.components.base import Updates
from mnist_core.web.components.mistakes import (
    Look,
    MapLook,
    MistakesPanel,
    Selection,
    Taken,
    pack,
)
from mnist_core.web.components.sprites import pack_sprite
from mnist_core.web.sessions.classifiers import (
    Classifier,
    all_classifiers,
    current_classifier,
    find_classifier,
    select_classifier,
)
from mnist_core.web.sessions.hidden_indexes import hidden_index_of, test_images
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.readings import known_readings, readings_of
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.page_stream import View, at_once, quietly

IMAGES_AT_ONCE = 60
IMAGES_ON_MAP = 1_000
Facts = dict[str, Any]


class MistakesTab:
    """The tab; `outputs` is its panel."""

    def __init__(self, link: SessionLink) -> None:
        """Lay the tab out and wire it; call it inside a `gr.Tab`."""
        self._link = link
        self.panel = MistakesPanel()
        self.outputs = [self.panel]
        # To have 10,000 images read takes up to a second: through the queue, in which all take
        # turns. "multiple": who chooses another network does not wait for the answer to the first.
        slowly = {"trigger_mode": "multiple", **quietly(link)}
        self.panel.look(self.look, link, self.panel, **slowly)
        self.panel.draw_map(self.draw_map, link, self.panel, **slowly)
        self.panel.pick(self.pick, link, self.panel, **at_once(link))
        self.panel.take(self.take, link, [self.panel, link], **at_once(link))

    def lead_from(self, *events: Callable[..., Any]) -> None:
        """Let events of other tabs, each of which brings a `Look`, say what is shown here."""
        for event in events:
            event(self.show, self._link, self._link, **at_once(self._link))

    def show(self, session: Session, event: gr.EventData) -> Updates:
        """Show the networks that another tab asks for."""
        wanted, state = Look.of(event), session.mistakes
        state.network, state.against = wanted.network, wanted.against
        state.wishes += 1
        session.note_change()
        return self._link.changed()

    def take(self, session: Session, event: gr.EventData) -> Updates:
        """Let a network read a test image in the Draw tab."""
        taken = Taken.of(event)
        select_classifier(session, taken.network)
        session.note_change()
        return {
            self.panel: gr.update(taken=pack(taken.model_dump())),
            **self._link.changed(),
        }

    def look(self, session: Session, event: gr.EventData) -> Updates:
        """Give the figures of a network, or say what is missing."""
        look = Look.of(event)
        session.note_use()
        return {self.panel: gr.update(reading=pack(describe(look, session)))}

    def pick(self, session: Session, event: gr.EventData) -> Updates:
        """Give some images; nothing is read for it."""
        selection = Selection.of(event)
        session.note_use()
        return {self.panel: gr.update(images=pack(show_images(selection, session)))}

    def draw_map(self, session: Session, event: gr.EventData) -> Updates:
        """Give the map of a network's hidden layer."""
        look = MapLook.of(event)
        session.note_use()
        return {self.panel: gr.update(hidden=pack(map_hidden(look, session)))}

    def view(self, session: Session) -> View:
        """Show which networks there are."""
        return lambda: {self.panel: pack(list_networks(session))}


def list_networks(session: Session) -> Facts:
    """Say which networks have mistakes to be looked at, in the current language."""
    classifiers = [one for one in all_classifiers(session) if _can_be_wrong(one)]
    keys = [classifier.key for classifier in classifiers]
    reads = current_classifier(session)
    state = session.mistakes
    chosen = state.network if state.network in keys else reads.key if reads else ""
    return {
        "networks": [
            {
                "key": one.key,
                "name": translate(one.name),
                "edition": _edition(one),
                "data_set": one.data_set.key if one.data_set else "",
            }
            for one in classifiers
        ],
        "network": chosen if chosen in keys else next(iter(keys), ""),
        "against": state.against if state.against in keys else "",
        "wishes": state.wishes,
    }


def _can_be_wrong(classifier: Classifier) -> bool:
    """Tell whether a network has mistakes in test images that can be looked at.

    A run without an epoch behind it has not: its weights are gone before anybody looks.
    """
    has_begun = classifier.epochs > 0 or not classifier.is_training
    return has_begun and classifier.can_be_tested


def _edition(classifier: Classifier) -> str:
    epochs, is_training = classifier.edition
    return f"{epochs} {is_training}"


# --- the figures -------------------------------------------------------------------------------


def describe(look: Look, session: Session) -> Facts:
    """Return the figures of a network: its counts, how sure it is, and the comparison."""
    answer: Facts = look.model_dump()
    classifier = find_classifier(session, look.network)
    data_set = classifier.data_set if classifier else None
    if classifier is None or data_set is None:
        return {**answer, "problem": say("misread.gone")}
    edition = _edition(classifier)  # first: what is learned meanwhile is looked at next
    readings = readings_of(classifier)
    if readings is None:
        return {**answer, "problem": _say_missing(classifier)}
    bins = reliability(readings)
    answer |= {
        "edition": edition,
        "data_set": data_set.key,
        "title": translate(data_set.title),
        "classes": None if classifier.reads_digits else list(map(translate, data_set.classes)),
        "can_draw": data_set.is_drawable,
        "confusion": readings.confusion.tolist(),
        "bins": [[b.count, round(b.confidence, 4), round(b.accuracy, 4)] for b in bins],
        "error": round(calibration_error(bins), 5),
    }
    other = find_classifier(session, look.against) if look.against else None
    others = readings_of(other) if other and classifier.is_like(other) else None
    if others is not None:
        answer["comparison"] = _compare(readings, others)
    return answer


def _say_missing(classifier: Classifier | None) -> str:
    """Say why there are no test images."""
    is_gone = classifier is not None and not classifier.can_be_tested
    return say("misread.not_here") if is_gone else say("misread.no_data")


def _compare(readings: Readings, others: Readings) -> Facts:
    """Count what one of two networks reads right alone, both, or none."""
    right, other_right = readings.labels == readings.digits, others.labels == others.digits
    return {
        "gained": int((right & ~other_right).sum()),
        "lost": int((~right & other_right).sum()),
        "both": int((right & other_right).sum()),
        "none": int((~right & ~other_right).sum()),
    }


# --- the images --------------------------------------------------------------------------------


def show_images(selection: Selection, session: Session) -> Facts:
    """Return some images with what is read in them; "stale" where their network has to be read."""
    answer: Facts = selection.model_dump()
    classifier = find_classifier(session, selection.network)
    other = find_classifier(session, selection.against or selection.network)
    readings, others = _known(classifier), _known(other)
    images = test_images(classifier.data_set) if classifier else None
    is_alike = classifier is not None and classifier.is_like(other)
    if readings is None or others is None or images is None or not is_alike:
        return {**answer, "stale": True}
    places = _places(selection, readings, others)
    shown = places[selection.first : selection.first + IMAGES_AT_ONCE]
    answer |= {
        "total": len(places),
        "places": shown.tolist(),
        "labels": readings.labels[shown].tolist(),
        "digits": readings.digits[shown].tolist(),
        "confidences": _rounded(readings.confidences[shown]),
        "others": others.digits[shown].tolist(),
        "side": images.pixels.shape[-1],
        "sprite": pack_sprite(_pixels(images, shown)) if len(shown) else "",
    }
    return answer


def _known(classifier: Classifier | None) -> Readings | None:
    known = known_readings(classifier.key) if classifier else None
    return known.readings if known else None


def _places(selection: Selection, readings: Readings, others: Readings) -> NDArray[np.int64]:
    label, digit = selection.label, selection.digit
    if selection.what == "gained":
        return others.corrected_by(readings)
    if selection.what == "lost":
        return readings.corrected_by(others)
    if selection.what == "quiz":  # the same order each time, so that more of them can be asked for
        return np.random.default_rng(0).permutation(readings.mistakes())
    if label is not None and label == digit:
        return readings.right(label)
    return readings.mistakes(label, digit)


def _pixels(images: PixelDataset, places: NDArray[np.int64]) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = images.pixels.numpy()[places]  # [images, *shape]
    return pixels


def _rounded(numbers: NDArray[np.float32], decimals: int = 4) -> list[Any]:
    rounded: list[Any] = numbers.astype(np.float64).round(decimals).tolist()
    return rounded


# --- the map -----------------------------------------------------------------------------------


def map_hidden(look: MapLook, session: Session) -> Facts:
    """Return where a network's hidden layer puts a thousand test images, and the drawing."""
    answer: Facts = look.model_dump()
    classifier = find_classifier(session, look.network)
    index = hidden_index_of(classifier) if classifier else None
    readings = readings_of(classifier) if classifier else None
    data_set = classifier.data_set if classifier else None
    images = test_images(data_set)
    if not (classifier and data_set and index and readings and images):
        return {**answer, "problem": _say_missing(classifier)}
    projection = project(index.values)
    drawing = session.draw.drawing
    reader = current_classifier(session)
    drawn: Facts | None = None
    if drawing is not None and classifier.is_like(reader):
        seen = inspect_image(classifier.model, drawing, classifier.calibration)
        place = projection.place(seen.hidden.values)
        image = b64encode(drawing.tobytes()).decode("ascii")
        drawn = {"place": _rounded(place, 3), "digit": seen.digit, "image": image}
    return {
        **answer,
        "edition": _edition(classifier),
        "shares": [round(share, 4) for share in projection.shares],
        "points": _rounded(projection.place(index.values[:IMAGES_ON_MAP]), 3),
        "labels": readings.labels[:IMAGES_ON_MAP].tolist(),
        "digits": readings.digits[:IMAGES_ON_MAP].tolist(),
        "confidences": _rounded(readings.confidences[:IMAGES_ON_MAP]),
        "drawing": drawn,
        "data_set": data_set.key,
        "channels": data_set.shape[0],
        "side": data_set.shape[-1],
        "sprite": pack_sprite(images.pixels[:IMAGES_ON_MAP].numpy()) if look.with_images else "",
    }
