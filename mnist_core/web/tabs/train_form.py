"""The settings of a run: the recipe's in sight, the others one click away."""

from __future__ import annotations

import html
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

import gradio as gr

from mnist_core.codegen import generate_code
from mnist_core.config import TrainConfig
from mnist_core.experiments import RECIPE, describe_change
from mnist_core.models import MODELS, count_parameters, create_model_shape
from mnist_core.training import EPOCHS_A_STEP
from mnist_core.web.limits import the_limits
from mnist_core.web.tabs.augmentation_preview import show_augmentation

BATCH_SIZES = (64, 128, 256)
MOST_DROPOUT = 0.9
SCHEDULES = {
    "none": "Constant",
    "step": f"Halved every {EPOCHS_A_STEP} epochs (StepLR)",
    "one_cycle": "Up to it and down again (one-cycle)",
}
OPTIMIZERS = {"adam": "Adam", "sgd": "SGD"}
AUGMENTATIONS = {
    "none": "None: the images as they are",
    "affine": "Small turns, shifts and slants",
    "handwriting": "Other people's handwriting, and some non-digits",
}
THE_RECIPE = "These are the article's settings."
NO_EXAMPLES = "<p>Examples are shown once MNIST is here: the first training fetches it.</p>"


@dataclass(frozen=True)
class Settings:
    """The parts of the form.

    Attributes:
        inputs: one for each field of `TrainConfig`, in its order.
        note: says how they differ from the recipe.
        reset: brings the recipe back.
        preview: shows what the augmentation does.
        actions: the row for the buttons.
        program: shows the program for these settings, and names its file.
    """

    inputs: dict[str, gr.Dropdown | gr.Number | gr.Radio | gr.Slider]
    note: gr.HTML
    reset: gr.Button
    preview: gr.HTML
    actions: gr.Row
    program: tuple[gr.Code, gr.Textbox] | tuple[()] = ()

    @property
    def description(self) -> list[gr.Component]:
        """Return what `describe` describes."""
        return [self.note, self.reset, *self.program]

    @property
    def all(self) -> list[gr.Component]:
        """Return what `fill_form` fills."""
        return [*self.inputs.values(), *self.description]


def build_settings() -> Settings:
    """Lay the form out, with an empty row for the buttons that act on it."""
    limits = the_limits()
    batch_sizes = [size for size in BATCH_SIZES if size <= limits.batch_size]
    with gr.Group():
        model = gr.Dropdown(
            _model_choices(), value=RECIPE.model, label="Network", info=MODELS[RECIPE.model].advice
        )
        batch_size = gr.Radio(
            batch_sizes, value=RECIPE.batch_size, label="Batch size: images per step"
        )
        # Numbers without bounds of their own: what is out of range, `describe_settings` says at
        # once, where Gradio would answer each key with an error and then change the number.
        with gr.Row():
            epochs = gr.Number(
                RECIPE.epochs,
                label="Epochs",
                info="Passes over all the images",
                min_width=90,
                elem_id="epochs",
            )
            learning_rate = gr.Number(
                RECIPE.learning_rate,
                label="Learning rate",
                info="Size of each step",
                min_width=90,
                elem_id="learning-rate",
            )
            seed = gr.Number(
                RECIPE.seed,
                label="Seed",
                info="Where chance begins",
                min_width=90,
                elem_id="seed",
            )
    with gr.Row(elem_classes="note"):
        note = gr.HTML(THE_RECIPE)
        reset = gr.Button(
            "Reset to the recipe", size="sm", interactive=False, min_width=80, scale=0
        )
    actions = gr.Row(elem_classes="actions")  # above what can be opened, so that it never moves
    with gr.Accordion("More settings", open=False):
        schedule = gr.Dropdown(
            _choices(SCHEDULES), value=RECIPE.schedule, label="Learning rate over time"
        )
        optimizer = gr.Radio(_choices(OPTIMIZERS), value=RECIPE.optimizer, label="Optimiser")
        dropout = gr.Slider(
            0,
            MOST_DROPOUT,
            0,
            step=0.05,
            label="Dropout",
            info="Neurons switched off in each step",
            interactive=False,
        )
        augmentation = gr.Dropdown(
            _choices(AUGMENTATIONS), value=RECIPE.augmentation, label="Augmentation"
        )
        preview = gr.HTML(visible=False, elem_classes=["paper", "preview"])
    inputs: dict[str, gr.Dropdown | gr.Number | gr.Radio | gr.Slider] = {
        "model": model,
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "schedule": schedule,
        "dropout": dropout,
        "augmentation": augmentation,
        "optimizer": optimizer,
        "seed": seed,
    }
    in_order = {field.name: inputs[field.name] for field in fields(TrainConfig)}
    return Settings(in_order, note, reset, preview, actions)


def wire_settings(settings: Settings, quietly: dict[str, Any]) -> None:
    """Let the form say how it differs from the recipe, and show its program."""
    inputs = settings.inputs
    values = list(inputs.values())
    quick: dict[str, Any] = {**quietly, "queue": False, "trigger_mode": "always_last"}
    describe: dict[str, Any] = {
        "fn": describe_settings,
        "inputs": values,
        "outputs": settings.description,
        **quick,
    }
    # "input", not "change": who fills the whole form says what each part becomes.
    of_network = [inputs["model"], inputs["dropout"]]
    network = inputs["model"].input(describe_network, inputs["model"], of_network, **quick)
    network.then(**{name: value for name, value in describe.items() if name != "trigger_mode"})
    gr.on([value.input for name, value in inputs.items() if name != "model"], **describe)
    inputs["augmentation"].change(show_preview, inputs["augmentation"], settings.preview, **quick)
    fill_in = partial(fill_form, RECIPE)
    settings.reset.click(fill_in, None, settings.all, **{**quick, "trigger_mode": "once"})


def read_settings(*values: object) -> TrainConfig:
    """Turn what the form holds, in the order of `TrainConfig`, into settings.

    Raises:
        ValueError: a setting is out of range.
    """
    given = dict(zip((field.name for field in fields(TrainConfig)), values, strict=True))
    for name in ("epochs", "batch_size", "seed"):
        given[name] = _whole(given[name])
    architecture = MODELS.get(given["model"]) if isinstance(given["model"], str) else None
    if architecture is not None and given["dropout"] == architecture.dropout:
        given["dropout"] = None  # the network's own: the same run, by its shorter name
    if architecture is not None and architecture.dropout is None:
        given["dropout"] = None  # nothing to switch off; the form has it greyed out
    config = TrainConfig(**given)  # type: ignore[arg-type]  # checked there
    the_limits().check(config)
    return config


def _whole(value: object) -> object:
    """Turn 5.0, as a browser may send it, into 5; leave the rest for TrainConfig to refuse."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def fill_form(config: TrainConfig) -> list[Any]:
    """Give every input its value in these settings, then what describes them (`Settings.all`)."""
    network, dropout = describe_network(config.model)
    if config.dropout is not None:
        dropout["value"] = config.dropout
    values = {
        **{field.name: getattr(config, field.name) for field in fields(config)},
        "model": {**network, "value": config.model},
        "dropout": dropout,
    }
    return [*values.values(), *describe(config)]


def describe_network(model: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Say what the article says of the network; let dropout be chosen if it has such a layer."""
    architecture = MODELS.get(model) if isinstance(model, str) else None
    share = architecture.dropout if architecture else None
    dropout = dict(gr.update(value=share or 0, interactive=share is not None))
    return dict(gr.update(info=architecture.advice) if architecture else gr.skip()), dropout


def describe_settings(*values: object) -> tuple[str, dict[str, Any], Any, Any]:
    """Say how the settings differ from the recipe, or what is wrong; show their program."""
    try:
        config = read_settings(*values)
    except ValueError as error:
        return html.escape(str(error)), dict(gr.update(interactive=True)), gr.skip(), gr.skip()
    return describe(config)


def describe(config: TrainConfig) -> tuple[str, dict[str, Any], str, str]:
    """Say how settings differ from the recipe, and give their program and its name."""
    change = describe_change(config)
    note = f"Other than the recipe: {html.escape(change)}." if change else THE_RECIPE
    is_changed = dict(gr.update(interactive=bool(change)))
    return note, is_changed, generate_code(config), program_name(config)


def program_name(config: TrainConfig) -> str:
    """Name the file that a program with these settings is downloaded as."""
    return f"{config.model}_mnist.py"


def show_preview(augmentation: object) -> dict[str, Any]:
    """Show examples of what an augmentation does."""
    if not isinstance(augmentation, str) or augmentation not in AUGMENTATIONS.keys() - {"none"}:
        return dict(gr.update(visible=False))
    try:
        preview = show_augmentation(augmentation)
    except FileNotFoundError:
        preview = NO_EXAMPLES
    return dict(gr.update(value=preview, visible=True))


def _choices(titles: dict[str, str]) -> list[tuple[str, str]]:
    return [(title, name) for name, title in titles.items()]


def _model_choices() -> list[tuple[str, str]]:
    return [
        (f"{entry.title}: {count_parameters(create_model_shape(name)):,} parameters", name)
        for name, entry in MODELS.items()
    ]
