"""The article's loop by hand: each line with the numbers that it computes."""

from __future__ import annotations

import textwrap
from base64 import b64encode
from typing import Any

import gradio as gr

from mnist_core.codegen import generate_code
from mnist_core.config import TrainConfig
from mnist_core.data import has_images, map_images
from mnist_core.one_step import MOST_STEPS, OneStep, take_step
from mnist_core.shapes import explain_mismatch
from mnist_core.text import Message, say, translate
from mnist_core.web.components.one_step import OneStepPanel, OneStepView, StepImage
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.tabs.form_settings import read_settings
from mnist_core.web.tabs.page_stream import at_once
from mnist_core.web.tabs.train_form import TrainForm

MOST_SHOWN = 12  # images of the batch
LINES = {  # where the loop's program does what
    "batch": "train_loader:",
    "zero_grad": "optimizer.zero_grad()",
    "forward": "model(images)",
    "loss": "criterion(",
    "backward": "loss.backward()",
    "step": "optimizer.step()",
}
NOTHING: OneStepView = {
    "settings": "",
    "number": 0,
    "last": 0,
    "code": [],
    "phases": [],
    "images": [],
    "classes": None,
    "shape": [],
    "scores": [],
    "loss": 0.0,
    "error": "",
}


def build_one_step(form: TrainForm, link: SessionLink) -> None:
    """Lay the panel out where it is to stand; it follows the form's settings."""
    panel = OneStepPanel()
    inputs: list[gr.Component] = [panel, *form.inputs.values(), link]
    panel.input(show_step, inputs, panel, **at_once(link))


def show_step(number: int, *values: Any) -> OneStepView:
    """Take a step with these settings, or say why it cannot be taken.

    Args:
        number: which step, from 1.
        values: of the form's inputs, then the session.
    """
    try:
        config = read_settings(*values[:-1], session=values[-1])
        if not has_images(config.data_set):
            raise ValueError(Message("one_step.no_data", title=config.data_set.title))
        step = take_step(config, map_images(config.data_set), number)
    except ValueError as error:
        return {**NOTHING, "error": translate(error)}
    except RuntimeError as error:
        if config.flatten:
            raise
        return {**NOTHING, "error": translate(explain_mismatch(error))}
    return view_step(step, config)


def view_step(step: OneStep, config: TrainConfig) -> OneStepView:
    """Put a step into words, in the current language."""
    code = loop_of(config)
    data_set = config.data_set
    names = [translate(name) for name in data_set.classes]
    pixels = ((step.images[:MOST_SHOWN] + 1) * 127.5).round().clamp(0, 255).byte().numpy()
    return {
        "settings": repr(config),
        "number": step.number,
        "last": min(MOST_STEPS, step.steps),
        "code": code,
        "phases": [
            {"name": name, "line": _find(code, part), "words": _say(name, step, config)}
            for name, part in LINES.items()
        ],
        "images": [
            StepImage(pixels=b64encode(image.tobytes()).decode("ascii"), label=label)
            for image, label in zip(pixels, step.labels.tolist(), strict=False)
        ],
        "classes": None if data_set.key == "mnist" else names,
        "shape": list(data_set.shape),
        "scores": list(step.scores),
        "loss": step.loss,
        "error": "",
    }


def loop_of(config: TrainConfig) -> list[str]:
    """Return the loop over the batches, as the program of these settings has it."""
    lines = generate_code(config, "none").splitlines()
    first = _find(lines, LINES["batch"])
    last = _find(lines, "running_loss += loss.item()")
    return textwrap.dedent("\n".join(lines[first : last + 1])).splitlines()


def _find(lines: list[str], part: str) -> int:
    return next(number for number, line in enumerate(lines) if part in line)


def _say(name: str, step: OneStep, config: TrainConfig) -> str:
    size, weight, label = len(step.labels), step.weight, int(step.labels[0])
    classes = config.data_set.classes
    has_digits = config.dataset == "mnist"
    digit: str = classes[label]
    if has_digits:
        digit = Message("digit.eight" if label == 8 else "digit.other", digit=label)
    watched = f"{weight.name}{list(weight.place)}"
    if name == "batch":
        facts = {"number": step.number, "steps": step.steps, "size": size, "digit": digit}
        return say("one_step.batch", shape=", ".join(map(str, step.images.shape)), **facts)
    if name == "zero_grad":
        if weight.left is None:
            return say("one_step.zero_first", weight=watched)
        return say("one_step.zero", weight=watched, left=_number(weight.left))
    if name == "forward":
        scores = ", ".join(
            f"{translate(name)}: {_number(score, 2)}"
            for name, score in zip(classes, step.scores, strict=True)
        )
        told = {"size": size, "digit": digit, "scores": scores, "right": step.read_right}
        if has_digits:
            return say("one_step.forward", **told)
        return say("one_step.forward_named", classes=len(classes), **told)
    if name == "loss":
        probability = f"{step.probability:.3g}"
        return say("one_step.loss", size=size, probability=probability, loss=f"{step.loss:.4f}")
    if name == "backward":
        gradient, parameters = _number(weight.gradient), f"{step.parameters:,}"
        return say("one_step.backward", parameters=parameters, weight=watched, gradient=gradient)
    return say(
        "one_step.step",
        optimizer={"adam": "Adam", "sgd": "SGD"}[config.optimizer],
        weight=watched,
        before=_number(weight.before),
        after=_number(weight.after),
        loss=f"{step.loss:.4f}",
        loss_after=f"{step.loss_after:.4f}",
    )


def _number(value: float, decimals: int = 5) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")
