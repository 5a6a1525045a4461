"""What is to be learned: a data set of the registry, or pictures that the visitor brings."""

from __future__ import annotations

import html
from typing import Any

import gradio as gr

from mnist_core.data import DATASETS, OWN_PICTURES, DataSet, has_images
from mnist_core.experiments import RECIPE
from mnist_core.text import Message, say
from mnist_core.web.components.base import Updates
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.own_pictures import show_found


class DataSetChoice:
    """One line with the choice, and a few words below it where it is not MNIST.

    Attributes:
        dataset: the choice, a key of `DATASETS` or `OWN_PICTURES`.
        bring: where a zip file of pictures is brought.
        about: what the data set shows, or what was found in the pictures.
    """

    def __init__(self) -> None:
        """Lay it out; call it where it is to stand."""
        with gr.Row(equal_height=True, elem_classes="data-set"):
            self.dataset = gr.Dropdown(
                [
                    *((entry.title, name) for name, entry in DATASETS.items()),
                    (Message("dataset.pictures"), OWN_PICTURES),
                ],
                value=RECIPE.dataset,
                label=Message("form.dataset"),
                scale=3,
                min_width=200,
                elem_id="dataset",
            )
            self.bring = gr.UploadButton(
                Message("pictures.bring"),
                file_types=[".zip"],
                size="sm",
                scale=1,
                min_width=110,
                elem_id="bring-pictures",
            )
        self.about = gr.HTML(visible=False, elem_id="data-set-about", elem_classes=["preview"])

    @property
    def outputs(self) -> list[gr.Component]:
        """Return what `show` fills."""
        return [self.dataset, self.about]

    def show(self, dataset: object, session: Session) -> Updates:
        """Choose a data set and say what it shows; leave all as it is if there is none such."""
        if dataset == OWN_PICTURES:
            about = (
                f"<p>{html.escape(_say_pictures(session))}</p>{show_found(session.own_pictures)}"
            )
        elif isinstance(dataset, str) and dataset in DATASETS:
            about = "" if dataset == "mnist" else f"<p>{_say_data_set(DATASETS[dataset])}</p>"
        else:
            return {self.dataset: gr.skip()}
        shown: dict[str, Any] = gr.update(value=about, visible=bool(about))
        return {self.dataset: dataset, self.about: shown}


def _say_data_set(data_set: DataSet) -> str:
    """Say what is to be learned and, where it is not here yet, what comes first."""
    about = say(f"form.dataset_{data_set.key}")
    if has_images(data_set):
        return about
    megabytes = f"{data_set.download_bytes / 1e6:.0f}"
    return say("form.dataset_to_fetch", about=about, megabytes=megabytes)


def _say_pictures(session: Session) -> str:
    """Say what the visitor's own pictures show, or how to bring some."""
    own = session.own_pictures
    if own is None:
        return say("pictures.how")
    names = say("page.list_separator").join(own.data_set.classes)
    return say("pictures.chosen", names=names)
