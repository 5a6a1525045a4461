from __future__ import annotations

import pytest

from mnist_core.web.tabs.run_text import about, ordinal


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (23, "23rd")],
)
def test_ordinals(number: int, text: str) -> None:
    assert ordinal(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "a few seconds"),
        (12, "about 10 s"),
        (54, "about 55 s"),
        (60, "about a minute"),
        (119, "about 2 minutes"),
        (3600, "about 60 minutes"),
    ],
)
def test_times_are_rounded_as_people_do(seconds: float, text: str) -> None:
    assert about(seconds) == text
