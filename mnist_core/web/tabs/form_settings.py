"""What the form holds, as settings."""

from __future__ import annotations

from dataclasses import fields

from mnist_core.config import TrainConfig
from mnist_core.data import OWN_PICTURES
from mnist_core.experiments import RECIPE
from mnist_core.models import MODELS
from mnist_core.text import Message
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions.session import Session

OF_HIDDEN_LAYERS = ("width", "activation")  # settings that some networks do not have


def read_settings(*values: object, session: Session | None = None) -> TrainConfig:
    """Turn what the form holds, in the order of `TrainConfig`, into settings.

    Raises:
        ValueError: a setting is out of range, or the pictures to learn from are not here.
    """
    given = dict(zip((field.name for field in fields(TrainConfig)), values, strict=True))
    given["dataset"] = own_or(given["dataset"], session)
    for name in ("epochs", "batch_size", "seed", "width", "images"):
        given[name] = _whole(given[name])
    architecture = MODELS.get(given["model"]) if isinstance(given["model"], str) else None
    if architecture is not None and given["dropout"] == architecture.dropout:
        given["dropout"] = None  # the network's own: the same run, by its shorter name
    if architecture is not None and architecture.dropout is None:
        given["dropout"] = None  # nothing to switch off; the form has it greyed out
    if architecture is not None and not architecture.is_adjustable:
        given |= {name: getattr(RECIPE, name) for name in OF_HIDDEN_LAYERS}  # greyed out as well
    if architecture is not None and architecture.unflattened is None:
        given["flatten"] = True
    config = TrainConfig(**given)  # type: ignore[arg-type]  # checked there
    the_limits().check(config)
    return config


def own_or(dataset: object, session: Session | None) -> object:
    """Return the key of the visitor's own pictures, where the form says those; else what it says.

    Raises:
        ValueError: there are none.
    """
    if dataset != OWN_PICTURES:
        return dataset
    if session is None or session.own_pictures is None:
        raise ValueError(Message("pictures.none"))
    return session.own_pictures.data_set.key


def _whole(value: object) -> object:
    """Turn 5.0, as a browser may send it, into 5; leave the rest for TrainConfig to refuse."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
