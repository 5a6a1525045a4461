"""The guide: the article's steps as a book beside the page, each where it happens."""

from __future__ import annotations

from typing import TypedDict

from mnist_core.web.components.base import Component

PAGES = 9
"""How many there are: the article's six steps, saving, its advice, and what comes next."""


class GuideStatus(TypedDict):
    """What the book says of the run in sight.

    Attributes:
        program: the lines of the program for each page; empty where there are none.
        said: what the run came to, as sentences in the page's language, for each page; or empty.
        has_begun: whether the run has taken a first step.
        has_finished: whether a run has come to its end.
    """

    program: list[str]
    said: list[str]
    has_begun: bool
    has_finished: bool


class Guide(Component):
    """Shows the pages, lights up what each speaks of, and ticks off what the reader has done.

    Its value is a `GuideStatus`. Which page is open, and what is done, the browser remembers.
    """
