"""The guide's pages: whole in both languages, and true of the run in sight."""

from __future__ import annotations

import re

from mnist_core.codegen import generate_code
from mnist_core.config import TrainConfig
from mnist_core.experiments import RECIPE
from mnist_core.text import CATALOGUE, LANGUAGES, speaking
from mnist_core.training import EpochRecord
from mnist_core.web.components.guide import PAGES, Guide
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.guide import GuideBook, describe_guide
from tests.each import each
from tests.web.workshop import build, trained


def test_every_page_is_there_in_both_languages() -> None:
    script = Guide().js_on_load
    assert script is not None
    for part in ("title", "text", "why", "do"):
        said = re.findall(rf'say\("guide\.{part}_(\d+)"\)', script)
        assert [int(page) for page in said] == list(range(1, PAGES + 1))
        for language in each(LANGUAGES):
            for page in said:
                assert len(CATALOGUE[language][f"guide.{part}_{page}"]) > 1


def without_blank_lines(text: str) -> str:
    return re.sub(r"\n+", "\n", text)


def test_the_pages_show_the_program_of_the_run_in_sight() -> None:
    program = without_blank_lines(generate_code(RECIPE, "en"))
    lines = describe_guide(None, False)["program"]
    assert len(lines) == PAGES
    for page, part in enumerate(lines, start=1):
        assert without_blank_lines(part) in program
        assert bool(part) == (page <= 7), page
    assert "torch.manual_seed(42)" in lines[0]
    assert "transforms.Normalize" in lines[1]
    assert "class SimpleNN" in lines[2]
    assert "CrossEntropyLoss" in lines[3] and "optim.Adam" in lines[3]
    assert "zero_grad" in lines[4]
    assert "model.eval()" in lines[5]
    assert "torch.save" in lines[6]
    with speaking("zh"):
        assert re.search("[\u4e00-\u9fff]", describe_guide(None, False)["program"][4])


def test_what_it_says_of_a_run_is_what_the_run_came_to(session: Session) -> None:
    run = trained(session, TrainConfig(epochs=1, batch_size=256, seed=7))
    run.epochs[:] = [EpochRecord(1, 0.5, 0.4, 0.9123, 0.95, 2.0)]
    told = describe_guide(run, True)
    assert "torch.manual_seed(7)" in told["program"][0]
    assert told["said"][2] == "SimpleNN: 101,770 parameters, all of them learned."
    assert "0.5000 in the first epoch" in told["said"][3]
    assert "235 steps of 256 images; 1 of 1 epochs" in told["said"][4]
    assert "91.23% of the test images right, so 877 of 10,000 wrong" in told["said"][5]
    assert "95.00%" in told["said"][5]
    assert told["has_begun"] and told["has_finished"]


def test_before_a_run_it_says_what_is_known(session: Session) -> None:
    (told,) = build(lambda _: GuideBook()).view(session)().values()
    assert told["said"][3] == "In sight: Adam with the learning rate 0.001."
    assert told["said"][5] == ""
    assert not told["has_begun"] and not told["has_finished"]
