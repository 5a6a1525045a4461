"""The READMEs: short where they are read first, and every link leads somewhere."""

from __future__ import annotations

import re

from tests.real_mnist import REPOSITORY

FIRST = REPOSITORY / "README.md"
CHINESE = REPOSITORY / "mnist_core" / "text" / "README.zh-CN.md"
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#([^)]+))?\)")


def test_the_first_page_is_short() -> None:
    assert len(FIRST.read_text(encoding="utf-8").split()) < 900


def test_every_link_leads_to_a_file_and_its_heading() -> None:
    pages = [FIRST, *(REPOSITORY / "mnist_core").rglob("README*.md")]
    pages += [REPOSITORY / "checkpoints" / "README.md", REPOSITORY / "tests/benchmarks/README.md"]
    for page in pages:
        for path, heading in LINK.findall(page.read_text(encoding="utf-8")):
            target = page.parent / path
            assert target.exists(), (page, path)
            if heading:
                titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
                anchors = [
                    re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles
                ]
                assert heading in anchors, (page, heading)


def test_both_languages_lead_to_each_other_and_run_the_same_command() -> None:
    english, chinese = (page.read_text(encoding="utf-8") for page in (FIRST, CHINESE))
    assert "(mnist_core/text/README.zh-CN.md)" in english.split("\n---\n", 1)[1].strip()[:60]
    assert chinese.startswith("[English](../../README.md)")
    command = "pip install -r requirements.txt && python app.py"
    assert command in english and command in chinese
