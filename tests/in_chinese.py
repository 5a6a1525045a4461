"""What an error says in Chinese."""

from __future__ import annotations

import re

from mnist_core.text import speaking, translate


def in_chinese(error: BaseException) -> str:
    """Return what an error says to who reads Chinese, and make sure that it is a sentence."""
    with speaking("zh"):
        said = translate(error)
    assert re.search("[\u4e00-\u9fff]", said), said
    assert said.endswith("。"), said
    return said
