"""The first batch of a run that has not begun: it follows the settings."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import gradio as gr

from mnist_core.config import TrainConfig
from mnist_core.data import (
    first_batch,
    handicap,
    has_images,
    map_images,
)
from mnist_core.text import translate
from mnist_core.web.components.first_batch import FirstBatch, FirstBatchView, LabelledImage
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.tabs.form_settings import own_or
from mnist_core.web.tabs.page_stream import at_once
from mnist_core.web.tabs.train_form import TrainForm

SETTINGS = ("dataset", "batch_size", "seed", "images", "wrong_labels")  # what it depends on
MOST_SHOWN = 64  # images of a batch, as many as the article's has


def build_first_batch(form: TrainForm, link: SessionLink) -> None:
    """Lay the batch out where it is to stand; it follows the settings that it depends on."""
    shown = FirstBatch()
    inputs = [form.inputs[name] for name in SETTINGS]
    settings: dict[str, Any] = {**at_once(link), "trigger_mode": "always_last"}
    events = [shown.input, *(part.change for part in inputs)]
    gr.on(events, show_first_batch, [*inputs, link], shown, **settings)


def show_first_batch(*values: Any) -> Any:
    """Return the batch of these settings; wrong ones leave on show what there is.

    Args:
        values: of the form's inputs, as `SETTINGS` names them, then the session.
    """
    given: dict[str, Any] = dict(zip(SETTINGS, map(_whole, values[:-1]), strict=True))
    try:
        given["dataset"] = own_or(given["dataset"], values[-1])
        config = TrainConfig(**given)
    except ValueError:
        return gr.skip()
    return view_first_batch(config)


def view_first_batch(config: TrainConfig) -> FirstBatchView:
    """Return the first batch with these settings, or as much of it as is shown.

    It is the one whose shape the article's code prints.
    """
    data_set = config.data_set
    about: FirstBatchView = {
        "title": translate(data_set.title),
        "classes": None
        if data_set.key == "mnist"
        else [translate(name) for name in data_set.classes],
        "shape": list(data_set.shape),
        "size": 0,
        "of": 0,
        "seed": 0,
        "images": [],
    }
    if not has_images(data_set):
        return about
    train = map_images(data_set).train
    classes = len(data_set.classes)
    train = handicap(train, config.images, config.wrong_labels, config.seed, classes)
    size = min(config.batch_size, len(train))
    images, labels = first_batch(train, min(size, MOST_SHOWN), config.seed)
    pixels = ((images + 1) * 127.5).round().byte().numpy()  # -1 (paper) to 1 (ink) → 0 to 255
    return {
        **about,
        "size": size,
        "of": len(train),
        "seed": config.seed,
        "images": [
            LabelledImage(pixels=b64encode(image.tobytes()).decode("ascii"), label=label)
            for image, label in zip(pixels, labels.tolist(), strict=True)
        ],
    }


def _whole(value: object) -> Any:
    """Turn 64.0, as a browser may send it, into 64; leave the rest for TrainConfig to refuse."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
