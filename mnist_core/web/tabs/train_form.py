"""The settings of a run: the recipe's in sight, the others one click away."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any, cast

import gradio as gr

from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, OWN_PICTURES
from mnist_core.experiments import RECIPE, describe_change
from mnist_core.models import MODELS
from mnist_core.text import Message, say, translate
from mnist_core.web.components.base import Updates, refusal
from mnist_core.web.components.listing import Listing, Program, describe_program
from mnist_core.web.components.number_field import NumberField
from mnist_core.web.gradio_compat.buttons import spoken_button
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.augmentation_preview import show_augmentation
from mnist_core.web.tabs.data_set_choice import DataSetChoice
from mnist_core.web.tabs.form_inputs import (
    AUGMENTATIONS,
    lay_out_more,
    lay_out_recipe,
    model_choices,
)
from mnist_core.web.tabs.form_settings import OF_HIDDEN_LAYERS, own_or, read_settings
from mnist_core.web.tabs.page_stream import at_once, quietly

THE_RECIPE = Message("form.recipe")


class TrainForm:
    """The form.

    Attributes:
        inputs: one for each field of `TrainConfig`, in its order.
        note: says how they differ from the recipe, or what is wrong with them.
        reset: brings the recipe back.
        code: their program; it stands elsewhere in the tab.
        preview: shows what the augmentation does.
        data_set: what is to be learned.
        actions: an empty row for the buttons that act on the form.
    """

    def __init__(self) -> None:
        """Lay it out; call it where it is to stand, and `wire` when the tab is complete."""
        with gr.Group():
            self.data_set = DataSetChoice()
            inputs = lay_out_recipe()
        with gr.Row(elem_classes="note"):
            self.note = gr.HTML(THE_RECIPE, elem_id="settings-note")
            self.reset = spoken_button(
                Message("form.reset"),
                size="sm",
                interactive=False,
                min_width=80,
                scale=0,
                elem_id="reset",
            )
        # Above what can be opened, so that it never moves.
        self.actions = gr.Row(elem_classes="actions")
        with gr.Accordion(Message("form.more"), open=False, elem_id="more-settings"):
            inputs |= lay_out_more()
            self.preview = gr.HTML(visible=False, elem_classes=["paper", "preview"])
        inputs["dataset"] = self.data_set.dataset
        self.inputs = {field.name: inputs[field.name] for field in fields(TrainConfig)}

    def build_code(self) -> None:
        """Lay out the program of the settings; call it where it is to stand."""
        self.code = Listing(_program(RECIPE))

    @property
    def outputs(self) -> list[gr.Component]:
        """Return all that `fill` fills."""
        return [*self.inputs.values(), self.data_set.about, *self._described]

    @property
    def _described(self) -> list[gr.Component]:
        return [self.note, self.reset, self.code]

    def wire(self, link: SessionLink) -> None:
        """Let the form say how it differs from the recipe, and show its program."""
        quick: dict[str, Any] = {**at_once(link), "trigger_mode": "always_last"}
        model = self.inputs["model"]
        of_network = [
            self.inputs[name] for name in ("model", "dropout", *OF_HIDDEN_LAYERS, "flatten")
        ]
        augmentation, dataset = self.inputs["augmentation"], self.inputs["dataset"]
        # "input", not "change": who fills the whole form says what each part becomes.
        network = model.input(self.describe_network, [model, link], of_network, **quick)
        self.describe_after(network, link)
        learned = dataset.input(
            self.describe_data_set,
            [dataset, augmentation, link],
            [*self.data_set.outputs, model, augmentation],
            **quick,
        )
        self.describe_after(learned, link)
        others = [part.input for part in self.inputs.values() if part not in (model, dataset)]
        gr.on(others, self.describe, [*self.inputs.values(), link], self._described, **quick)
        shown = [augmentation.change, dataset.change]
        gr.on(shown, show_preview, [augmentation, dataset, link], self.preview, **quick)
        self.reset.click(
            lambda session: self.fill(RECIPE, session), link, self.outputs, **at_once(link)
        )
        brought = self.data_set.bring.upload(
            self.bring_pictures,
            [self.data_set.bring, augmentation, link],
            [*self.data_set.outputs, model, augmentation],
            show_progress="minimal",
            show_progress_on=self.data_set.bring,
            api_visibility="private",
        )
        self.describe_after(brought, link)

    def describe_after(self, event: Any, link: SessionLink) -> None:
        """Describe the settings once more when an event has changed what is said of them.

        Args:
            event: what wiring it returned.
            link: of the page.
        """
        inputs = [*self.inputs.values(), link]
        event.then(self.describe, inputs, self._described, **quietly(link), queue=False)

    def speak_after(self, event: Any, link: SessionLink) -> None:
        """Describe all of it once more when the page has changed its language."""
        spoken = [self.inputs[name] for name in ("model", "dropout", "augmentation")]
        outputs = [*spoken, *self.data_set.outputs, self.preview, *self._described]
        inputs = [*self.inputs.values(), link]
        event.then(self.describe_all, inputs, outputs, **quietly(link), queue=False)

    def bring_pictures(self, path: object, augmentation: object, session: Session) -> Updates:
        """Read the pictures of an uploaded zip file, and choose them for the data set.

        Raises:
            gr.Error: they cannot be read.
        """
        try:
            session.bring_pictures(str(path))
        except ValueError as error:
            raise refusal(error) from None
        return self.describe_data_set(OWN_PICTURES, augmentation, session)

    def fill(self, config: TrainConfig, session: Session) -> Updates:
        """Give every input its value in these settings."""
        network = self.describe_network(config.model)
        for name in ("model", "dropout", *OF_HIDDEN_LAYERS, "flatten"):
            if (value := getattr(config, name)) is not None:
                network[self.inputs[name]]["value"] = value
        learned = self.describe_data_set(config.data_set.name, config.augmentation, session)
        model = self.inputs["model"]
        return {
            **{self.inputs[name]: value for name, value in asdict(config).items()},
            **network,
            **learned,
            model: {**learned[model], **network[model]},
            **self._describe(config),
        }

    def describe_network(self, model: object, _: Session | None = None) -> Updates:
        """Say what the article says of the network; offer the settings that it has."""
        architecture = MODELS.get(model) if isinstance(model, str) else None
        rate = architecture.dropout if architecture else None
        adjustable = architecture is not None and architecture.is_adjustable
        can_forget = architecture is not None and architecture.unflattened is not None
        return {
            self.inputs["model"]: gr.update(info=translate(architecture.advice))
            if architecture
            else gr.skip(),
            self.inputs["dropout"]: gr.update(value=rate or 0, enabled=rate is not None),
            **self._offer(OF_HIDDEN_LAYERS, adjustable),
            **self._offer(["flatten"], can_forget),
        }

    def describe_data_set(self, dataset: object, augmentation: object, session: Session) -> Updates:
        """Say what a data set shows and whether it is here; offer what suits its images."""
        if not isinstance(dataset, str) or dataset not in {*DATASETS, OWN_PICTURES}:
            return {self.inputs["dataset"]: gr.skip(), self.inputs["model"]: gr.skip()}
        data_set = DATASETS.get(dataset)
        offered = {
            name: title
            for name, title in AUGMENTATIONS.items()
            if (name != "handwriting" or dataset == "mnist")
            and (name != "mirror" or data_set is None or not data_set.is_drawable)
        }
        learned = data_set or (session.own_pictures.data_set if session.own_pictures else None)
        return {
            **self.data_set.show(dataset, session),
            self.inputs["model"]: gr.update(
                choices=[
                    (translate(title), name)
                    for title, name in model_choices(learned or RECIPE.data_set)
                ]
            ),
            self.inputs["augmentation"]: gr.update(
                choices=[(translate(title), name) for name, title in offered.items()],
                value=augmentation if augmentation in offered else RECIPE.augmentation,
            ),
        }

    def _offer(self, names: Iterable[str], can_be_chosen: bool) -> Updates:
        """Let settings be chosen, or grey them out with the recipe's values."""
        updates: Updates = {}
        for name in names:
            part = self.inputs[name]
            switch = "enabled" if isinstance(part, NumberField) else "interactive"
            update: dict[str, Any] = {switch: can_be_chosen}
            if not can_be_chosen:
                update["value"] = getattr(RECIPE, name)
            updates[part] = gr.update(**update)
        return updates

    def describe(self, *values: object) -> Updates:
        """Say how the settings differ from the recipe, or what is wrong; show their program.

        Args:
            values: of the form's inputs, then the session.
        """
        try:
            config = read_settings(*values[:-1], session=cast(Session, values[-1]))
        except ValueError as error:
            return {
                self.note: html.escape(translate(error)),
                self.reset: gr.update(interactive=True),
            }
        return self._describe(config)

    def describe_all(self, *values: Any) -> Updates:
        """Describe settings, network and augmentation; for the arguments see `describe`."""
        given = dict(zip(self.inputs, values, strict=False))
        model, dropout = self.inputs["model"], self.inputs["dropout"]
        network = self.describe_network(given["model"])
        learned = self.describe_data_set(given["dataset"], given["augmentation"], values[-1])
        return {
            dropout: gr.update(enabled=network[dropout]["enabled"]),  # and stays what it was
            self.preview: show_preview(given["augmentation"], given["dataset"], values[-1]),
            **learned,
            model: {**learned[model], **network[model]},
            **self.describe(*values),
        }

    def _describe(self, config: TrainConfig) -> Updates:
        change = html.escape(translate(describe_change(config)))
        return {
            self.note: say("form.change", change=change) if change else translate(THE_RECIPE),
            self.reset: gr.update(interactive=bool(change)),
            self.code: _program(config),
        }


def show_preview(augmentation: object, dataset: object, session: Session) -> dict[str, Any]:
    """Show examples of what an augmentation does to the images of a data set."""
    if dataset not in (*DATASETS, OWN_PICTURES):  # another's pictures, if anything
        return dict(gr.update(visible=False))
    given: dict[str, Any] = {"augmentation": augmentation}
    try:
        config = TrainConfig(dataset=own_or(dataset, session), **given)  # type: ignore[arg-type]
    except ValueError:  # no page of ours sends such, or both have just changed
        return dict(gr.update(visible=False))
    if config.augmentation == "none":
        return dict(gr.update(visible=False))
    picture = show_augmentation(config.augmentation, config.data_set)
    return dict(gr.update(value=picture, visible=True))


def _program(config: TrainConfig) -> Program:
    name = f"{config.model}_{config.data_set.name}.py"
    return describe_program(say("listing.of_settings"), config, name)
