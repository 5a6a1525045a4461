"""What each classifier makes of the test images, kept while somebody looks inside it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from mnist_core.data import DataSet, PixelDataset, has_images, map_images
from mnist_core.inspection import HiddenIndex, index_hidden
from mnist_core.web.sessions.classifiers import Classifier

MOST = 6  # indexes at once, of 5 MB each


@dataclass(frozen=True)
class _Entry:
    edition: Hashable
    index: HiddenIndex


_entries: OrderedDict[str, _Entry] = OrderedDict()  # the one used last comes last
_lock = threading.Lock()  # also keeps two from being made at once: each takes up to a second


def test_images(data_set: DataSet | None) -> PixelDataset | None:
    """Return the test images of a data set, mapped; None if they are not on this machine."""
    if data_set is None or not has_images(data_set):
        return None
    images = map_images(data_set).test
    return images if isinstance(images, PixelDataset) else None


def hidden_index_of(classifier: Classifier) -> HiddenIndex | None:
    """Return what a classifier makes of its test images; None if these are not on this machine.

    The weights of one epoch are looked at once.
    """
    with _lock:
        entry = _entries.get(classifier.key)
        if entry is None or entry.edition != classifier.edition:
            images = test_images(classifier.data_set)
            if images is None:
                return None
            entry = _Entry(classifier.edition, index_hidden(classifier.model, images))
        _entries[classifier.key] = entry
        _entries.move_to_end(classifier.key)
        while len(_entries) > MOST:
            _entries.popitem(last=False)
        return entry.index
