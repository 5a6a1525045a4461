"""The number field: a number that is typed, or stepped with the arrow keys."""

from __future__ import annotations

from typing import Any

from mnist_core.text import Message
from mnist_core.web.components.base import Component, refusal

LONGEST_TEXT = 40  # characters of what is no number


class NumberField(Component):
    """A field for a number; its value is the number, and its event `input` comes as it changes.

    The browser's own field of type "number" changes under the mouse wheel, takes "0,01" in some
    languages only, and steps by 1 from 0.001 to 1.001. This one is a field of text: "0.01", "0,01"
    and "1e-2" are the same in every browser. It says its range as soon as a number lies outside,
    and leaves the number as it was typed: what becomes of it, whoever reads the value decides.
    """

    def __init__(
        self,
        value: float | None = None,
        *,
        title: str = "",
        hint: str = "",
        least: float = 0,
        most: float = 1,
        step: float | None = 1,
        is_open: bool = False,
        enabled: bool = True,
        **settings: Any,
    ) -> None:
        """Build the field.

        Args:
            value: what it holds first.
            title: names it.
            hint: says in a line what it means.
            least: the smallest number of its range.
            most: the largest one.
            step: between one number and the next; with a whole step, whole numbers alone are
                right. None steps by factors: 1, 2, 5, 10 …
            is_open: whether `least` itself lies outside.
            enabled: whether it can be changed; an update may change that.
            settings: passed on to `gr.HTML`, such as `elem_id`.
        """
        self.title, self.hint, self.enabled = title, hint, enabled
        self.least, self.most, self.step, self.is_open = least, most, step, is_open
        about: dict[str, Any] = {"title": title, "hint": hint, "least": least, "most": most}
        about |= {"step": step, "is_open": is_open}
        super().__init__(value, **about, enabled=enabled, **settings)
        self.lasting = {**about, "text": self.text}

    def preprocess(self, payload: object) -> float | str | None:
        """Return the number; the text itself where it is none, and None where nothing is typed.

        Raises:
            gr.Error: no page of ours sends this.
        """
        if payload is None or (isinstance(payload, int | float) and not isinstance(payload, bool)):
            return payload
        if isinstance(payload, str) and len(payload) <= LONGEST_TEXT:
            return payload
        raise refusal(Message("page.never_sent"))
