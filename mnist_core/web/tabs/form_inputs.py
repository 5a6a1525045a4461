"""The inputs of the form: one for each setting, and what can be chosen in it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from mnist_core.config import IMAGES, LEAST_IMAGES, MOST_WRONG_LABELS
from mnist_core.data import DataSet
from mnist_core.experiments import RECIPE
from mnist_core.models import (
    LEAST_WIDTH,
    MODELS,
    MOST_WIDTH,
    count_parameters,
    create_model_shape,
)
from mnist_core.text import Message
from mnist_core.training import EPOCHS_A_STEP
from mnist_core.web.components.number_field import NumberField
from mnist_core.web.limits import the_limits

Input = gr.Checkbox | gr.Dropdown | gr.Radio | NumberField

BATCH_SIZES = (64, 128, 256)
SCHEDULES: dict[str, str] = {
    "none": Message("form.schedule_none"),
    "step": Message("form.schedule_step", epochs=EPOCHS_A_STEP),
    "one_cycle": Message("form.schedule_one_cycle"),
}
OPTIMIZERS = {"adam": "Adam", "sgd": "SGD"}
ACTIVATIONS: dict[str, str] = {
    "relu": "ReLU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "none": Message("form.activation_none"),
}
AUGMENTATIONS: dict[str, str] = {
    "none": Message("form.augmentation_none"),
    "affine": Message("form.augmentation_affine"),
    "handwriting": Message("form.augmentation_handwriting"),
    "mirror": Message("form.augmentation_mirror"),
}


def lay_out_recipe() -> dict[str, Input]:
    """Lay out the settings that the recipe names; return them by their names in `TrainConfig`."""
    limits = the_limits()
    batch_sizes = [size for size in BATCH_SIZES if size <= limits.batch_size]
    inputs: dict[str, Input] = {
        "model": gr.Dropdown(
            model_choices(RECIPE.data_set),
            value=RECIPE.model,
            label=Message("form.network"),
            info=MODELS[RECIPE.model].advice,
            elem_id="model",
        ),
        "batch_size": gr.Radio(
            batch_sizes,
            value=RECIPE.batch_size,
            label=Message("form.batch_size"),
            elem_id="batch-size",
        ),
    }
    with gr.Row(equal_height=True):
        inputs |= {
            "epochs": _number(
                "epochs",
                Message("form.epochs"),
                hint=Message("form.epochs_info"),
                least=1,
                most=limits.epochs,
            ),
            "learning_rate": _number(
                "learning_rate",
                Message("form.learning_rate"),
                hint=Message("form.learning_rate_info"),
                least=0,
                most=100,
                is_open=True,
                step=None,
            ),
            "seed": _number(
                "seed",
                Message("form.seed"),
                hint=Message("form.seed_info"),
                least=0,
                most=2**32 - 1,
            ),
        }
    return inputs


def lay_out_more() -> dict[str, Input]:
    """Lay out those of which the recipe says nothing."""
    inputs: dict[str, Input] = {
        "schedule": gr.Dropdown(
            _choices(SCHEDULES),
            value=RECIPE.schedule,
            label=Message("form.schedule"),
            elem_id="schedule",
        ),
        "optimizer": gr.Radio(
            _choices(OPTIMIZERS),
            value=RECIPE.optimizer,
            label=Message("form.optimizer"),
            elem_id="optimizer",
        ),
        "dropout": _number(
            "dropout",
            "Dropout",
            hint=Message("form.dropout_info"),
            least=0,
            most=0.9,
            step=0.05,
            enabled=False,
        ),
    }
    with gr.Row():
        inputs |= {
            "width": _number(
                "width",
                Message("form.width"),
                hint=Message("form.width_info", low=LEAST_WIDTH, high=MOST_WIDTH),
                least=LEAST_WIDTH,
                most=MOST_WIDTH,
                step=8,
            ),
            "activation": gr.Radio(
                _choices(ACTIVATIONS),
                value=RECIPE.activation,
                label=Message("form.activation"),
                elem_id="activation",
            ),
        }
    with gr.Row():
        inputs |= {
            "images": _number(
                "images",
                Message("form.images"),
                hint=Message("form.images_info"),
                least=LEAST_IMAGES,
                most=IMAGES,
                step=1_000,
            ),
            "wrong_labels": _number(
                "wrong_labels",
                Message("form.wrong_labels"),
                hint=Message("form.wrong_labels_info"),
                least=0,
                most=MOST_WRONG_LABELS,
                step=0.05,
            ),
        }
    inputs |= {
        "flatten": gr.Checkbox(
            RECIPE.flatten,
            label=Message("form.flatten"),
            info=Message("form.flatten_info"),
            elem_id="flatten",
        ),
        "augmentation": gr.Dropdown(
            _choices(AUGMENTATIONS),
            value=RECIPE.augmentation,
            label=Message("form.augmentation"),
            elem_id="augmentation",
        ),
    }
    return inputs


def _number(name: str, title: str, **settings: Any) -> NumberField:
    value = getattr(RECIPE, name) or 0  # the recipe's network has no dropout
    about: dict[str, Any] = {"elem_id": name.replace("_", "-"), "elem_classes": "number-block"}
    return NumberField(value, title=title, min_width=90, **about, **settings)


def _choices(titles: dict[str, str]) -> list[tuple[str, str]]:
    return [(title, name) for name, title in titles.items()]


def model_choices(data_set: DataSet) -> list[tuple[str, str]]:
    """Name each network with how many parameters it has, built for a data set."""
    form = {"shape": data_set.shape, "classes": len(data_set.classes)}
    return [
        (
            Message(
                "form.network_choice",
                title=entry.title,
                parameters=f"{count_parameters(create_model_shape(name, **form)):,}",
            ),
            name,
        )
        for name, entry in MODELS.items()
    ]
