"""The part of the Draw tab that offers test images, where nobody can draw what was learned."""

from __future__ import annotations

from mnist_core.text import translate
from mnist_core.web.components.image_strip import Wish
from mnist_core.web.components.mistakes import pack
from mnist_core.web.components.sprites import pack_sprite
from mnist_core.web.sessions.classifiers import Classifier, current_classifier
from mnist_core.web.sessions.hidden_indexes import test_images
from mnist_core.web.sessions.session import Session

IMAGES_AT_ONCE = 24


def describe_strip(classifier: Classifier | None) -> str:
    """Say, packed, which data set's images are offered; empty where drawings are read."""
    if classifier is None or classifier.data_set is None or classifier.reads_drawings:
        return ""
    data_set = classifier.data_set
    return pack(
        {
            "key": data_set.key,
            "title": translate(data_set.title),
            "classes": [translate(name) for name in data_set.classes],
            "is_own": data_set.is_own,
        }
    )


def fill_strip(wish: Wish, session: Session) -> str:
    """Return some test images, packed; none of a data set that nobody wants to have read."""
    classifier = current_classifier(session)
    data_set = classifier.data_set if classifier else None
    images = test_images(data_set)
    answer = {"data_set": wish.data_set, "first": wish.first}
    if data_set is None or data_set.key != wish.data_set or images is None:
        return pack(answer)
    count = len(images.labels)
    first = min(wish.first, max(count - IMAGES_AT_ONCE, 0))
    chosen = slice(first, first + IMAGES_AT_ONCE)
    facts = {
        "first": first,
        "count": count,
        "labels": images.labels[chosen].tolist(),
        "side": data_set.shape[-1],
        "sprite": pack_sprite(images.pixels[chosen].numpy()),
    }
    return pack(answer | facts)
