"""The page's address: read when the page opens, written as the page changes.

`?tab=train&model=cnn&lr=0.01&epochs=3`, `?experiment=dropout`, `?guide=5`, `?hide=experiments,seed`
and, behind `#d=`, a drawing. `?lang=zh` is for `PageLanguage`. All of it is from a stranger: what
is wrong is left out, and one sentence names it.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr

from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, OWN_PICTURES
from mnist_core.drawings import strokes_from_text
from mnist_core.experiments import EXPERIMENTS, RECIPE
from mnist_core.models import MODELS
from mnist_core.pickle_check import tell_names
from mnist_core.text import say
from mnist_core.web.components.address import Address
from mnist_core.web.components.base import Updates
from mnist_core.web.components.guide import PAGES
from mnist_core.web.limits import the_limits
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.form_inputs import BATCH_SIZES
from mnist_core.web.tabs.form_settings import read_settings
from mnist_core.web.tabs.page_stream import View, quietly
from mnist_core.web.tabs.settings_query import SETTINGS, write_settings
from mnist_core.web.tabs.train import TrainTab

TABS = ("draw", "train", "mistakes", "experiments", "runs")
KINDS: dict[str, type[int] | type[float]] = {
    "epochs": int,
    "batch_size": int,
    "seed": int,
    "learning_rate": float,
    "dropout": float,
    "width": int,
    "images": int,
    "wrong_labels": float,
}
HIDEABLE = {
    **{name: f"#{name}-button" for name in TABS},
    **{name: f"#{name}" for name in ("model", "epochs", "seed")},
    "batch": "#batch-size",
    "lr": "#learning-rate",
    "more": "#more-settings",
    "code": "#code-tab-button",
    "article": "#article-button",
    "upload": "#upload-checkpoint",
    "picture": "#read-picture",
    "inside": ".dock",
    "guide": ".guide",
}
"""What a teacher may hide, and where it is on the page."""
MAX_FIELDS = 50
MAX_NUMBER_LETTERS = 30


@dataclass
class Wish:
    """What an address asks for, as far as it can be had.

    Attributes:
        tab: which tab, if any.
        config: settings for the Train tab, if any.
        experiment: whose card to open, if any.
        hide: what is not to be seen, by the keys of `HIDEABLE`.
        strokes: a drawing, if any: lists of [x, y] in thousandths of the canvas's side.
        ignored: what could not be had, as `name=value`.
    """

    tab: str | None = None
    config: TrainConfig | None = None
    experiment: str | None = None
    hide: list[str] = field(default_factory=list)
    strokes: list[list[list[int]]] | None = None
    ignored: list[str] = field(default_factory=list)


def read_address(address: str, pictures: str = "") -> Wish:
    """Read what stands behind the path of an address.

    Args:
        address: `?query#fragment`, from a stranger.
        pictures: the key of the visitor's own pictures, if there are any.
    """
    query, _, fragment = address.removeprefix("?").partition("#")
    wish = Wish()
    try:
        given = dict(reversed(parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS)))
    except ValueError:
        given = {}
    if pictures and given.get("data") == OWN_PICTURES:
        given["data"] = pictures
    for name in ("tab", "experiment", "guide", "hide", *SETTINGS):
        if name in given and not _take(wish, name, given[name], pictures):
            wish.ignored.append(f"{name}={given[name]}")
    if fragment.startswith("d="):
        try:
            wish.strokes = strokes_from_text(fragment.removeprefix("d="))
        except ValueError:
            wish.ignored.append(fragment)
    if wish.tab is None and wish.strokes is None:
        wish.tab = "experiments" if wish.experiment else "train" if wish.config else None
    return wish


def _take(wish: Wish, name: str, value: str, pictures: str) -> bool:
    """Take one thing that is asked for, and tell whether it can be had."""
    if name == "tab":
        wish.tab = value if value in TABS else None
        return wish.tab is not None
    if name == "experiment":
        wish.experiment = value if value in EXPERIMENTS else None
        return wish.experiment is not None
    if name == "guide":  # which the book itself opens
        return value in map(str, range(1, PAGES + 1))
    if name == "hide":
        names = value.split(",")
        wish.hide = [part for part in names if part in HIDEABLE]
        return len(wish.hide) == len(names)
    if name == "data" and value not in DATASETS and value != pictures:
        return False
    config = _with_setting(wish.config or RECIPE, SETTINGS[name], value)
    wish.config = config or wish.config
    return config is not None


def _with_setting(config: TrainConfig, name: str, text: str) -> TrainConfig | None:
    """Return the settings with another value for one; None if there is no such value."""
    value: Any = text
    try:
        if name in KINDS:
            value = KINDS[name](text) if len(text) <= MAX_NUMBER_LETTERS else text
        if name == "flatten":
            value = {"True": True, "False": False}.get(text, text)
        if name == "dropout" and value == MODELS[config.model].dropout:
            value = None  # the network's own, by its shorter name
        changed = replace(config, **{name: value})
        the_limits().check(changed)
    except ValueError:
        return None
    return changed if changed.batch_size in BATCH_SIZES else None


class PageAddress:
    """The address of one page.

    Attributes:
        component: the part of the page that knows it.
        outputs: all that changes with what the page shows.
    """

    def __init__(self, link: SessionLink, train: TrainTab) -> None:
        """Let the address follow the settings; call it inside the app's `gr.Blocks`."""
        self._form, self._link = train.form, link
        self.component = Address()
        self.outputs = [self.component]
        inputs = list(self._form.inputs.values())
        settings = {**quietly(link), "queue": False, "trigger_mode": "always_last"}
        changes = [part.change for part in inputs]
        changed = gr.on(changes, self.follow_settings, [*inputs, link], self.component, **settings)
        # Twice: a dropdown tells of its change before the page knows its new value.
        changed.then(
            self.follow_settings, [*inputs, link], self.component, **quietly(link), queue=False
        )

    def follow(self, event: Any, link: SessionLink) -> Any:
        """Obey the address after an event, by what wiring that returned; return the same."""
        outputs = [self.component, *self._form.outputs, link]
        inputs = [self.component, *self._form.inputs.values(), link]
        # Through the queue: past it Gradio shows no warning.
        return event.then(self.obey, inputs, outputs, **quietly(link))

    def obey(self, address: str, *values: Any) -> Updates:
        """Give the page what its address asks for.

        Args:
            address: what stands behind the path.
            values: of the form's inputs, then the session.
        """
        session: Session = values[-1]
        own = session.own_pictures
        wish = read_address(address, own.data_set.key if own else "")
        if wish.experiment:
            session.experiments.opened = wish.experiment
        if wish.experiment or (wish.tab == "experiments" and wish.config):
            session.experiments.dataset = (wish.config or RECIPE).dataset
            session.note_change()
        if wish.ignored:
            names = tell_names(wish.ignored)
            gr.Warning(html.escape(say("address.ignored", names=names)))
        wished = {
            "tab": wish.tab,
            "hide": [HIDEABLE[name] for name in wish.hide],
            "strokes": wish.strokes,
        }
        said: dict[str, Any] = {"wished": json.dumps(wished)}
        # Said here, since a form that nobody has opened as yet tells of no change.
        if config := wish.config or _settings_of(values):
            said["settings_query"] = write_settings(config)
        filled = self._form.fill(wish.config, session) if wish.config else {}
        # The page looks once more: its stream may have ended before there was this to tell.
        told = self._link.changed() if wish.experiment or wish.config else {}
        return {self.component: gr.update(**said), **filled, **told}

    def follow_settings(self, *values: Any) -> dict[str, Any]:
        """Have the address say which settings the form holds; wrong ones it does not say."""
        config = _settings_of(values)
        return dict(gr.update(settings_query=write_settings(config)) if config else gr.skip())

    def view(self, session: Session) -> View:
        """Say which card is open."""
        state = session.experiments
        return lambda: {
            self.component: dict(gr.update(experiment=state.opened, experiment_data=state.dataset))
        }


def _settings_of(values: tuple[Any, ...]) -> TrainConfig | None:
    """Return what the form holds, by its inputs' values and the session; None if that is wrong."""
    try:
        return read_settings(*values[:-1], session=values[-1])
    except ValueError:
        return None
