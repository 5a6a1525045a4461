"""What each classifier reads in the test images, kept while somebody looks at its mistakes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from mnist_core.mistakes import Readings, read_all
from mnist_core.web.sessions.classifiers import Classifier
from mnist_core.web.sessions.hidden_indexes import test_images

MOST = 200  # at once, of all visitors: of 60 KB each


@dataclass(frozen=True)
class KnownReadings:
    """What was read.

    Attributes:
        edition: the weights that have read.
        readings: of all test images.
    """

    edition: Hashable
    readings: Readings


_known: OrderedDict[str, KnownReadings] = OrderedDict()  # the one used last comes last
_lock = threading.Lock()
_turn = threading.Lock()  # one reads at a time: the CNN takes half a second, and 40 MB meanwhile


def known_readings(key: str) -> KnownReadings | None:
    """Return what a classifier has read last, without any reading; None if that is not known."""
    with _lock:
        if key in _known:
            _known.move_to_end(key)
        return _known.get(key)


def readings_of(classifier: Classifier) -> Readings | None:
    """Return what a classifier reads in its test images; None if these are not on this machine.

    The weights of one epoch read them once.
    """
    with _turn:
        known = known_readings(classifier.key)
        if known is None or known.edition != classifier.edition:
            images = test_images(classifier.data_set)
            if images is None:
                return None
            readings = read_all(classifier.model, images, classifier.calibration)
            known = KnownReadings(classifier.edition, readings)
            with _lock:
                _known[classifier.key] = known
                while len(_known) > MOST:
                    _known.popitem(last=False)
        return known.readings
