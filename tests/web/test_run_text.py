from __future__ import annotations

import pytest

from mnist_core.config import TrainConfig
from mnist_core.text import Message, speaking
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.status import Error, RunStatus
from mnist_core.web.tabs.run_text import about, say_status, view_run


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


def test_what_a_run_does_is_said_in_chinese() -> None:
    queued = RunStatus(state="waiting", stage="queued", place=2, seconds_to_wait=31)
    on_cpu = RunStatus(state="training", stage="epoch_over", epoch=3, no_gpu="none_free")
    with speaking("zh"):
        assert say_status(queued) == "排在第 2 位，大约 30 秒后轮到它。"
        assert say_status(on_cpu) == "第 3 轮结束。在 CPU 上训练：没有空闲的 GPU。"
    assert say_status(queued) == "2nd in the queue: its turn comes in about 30 s."


def test_what_a_run_keeps_follows_the_language_of_who_looks() -> None:
    run = Run(TrainConfig(), Message("run.name", number=3))
    failure = RunStatus(state="failed", error=Error("diverged", Message("run.stopped_early")))
    with speaking("zh"):
        assert view_run(run)["title"] == "训练 3 · 文章的设置"
        assert say_status(failure) == "已停止，它还什么都没学到。"
    assert view_run(run)["title"] == "Run 3 · the recipe"
    assert say_status(failure) == "Stopped before it learned anything."
