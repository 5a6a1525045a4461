"""A run in words: what the record of its status says, as sentences for people."""

from __future__ import annotations

from mnist_core.data import DATASETS, find_data_set
from mnist_core.text import Message, say, translate
from mnist_core.web.components.run_panel import RunView
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.status import NO_RUN, RunStatus

ERRORS = {
    "no_memory": Message("run.error_no_memory"),
    "worker_lost": Message("run.error_worker_lost"),
    "unexpected": Message("run.error_unexpected"),
}
NO_GPU = {
    "quota_spent": Message("run.cpu_quota_spent"),
    "none_free": Message("run.cpu_none_free"),
    "taken_back": Message("run.cpu_taken_back"),
    "no_answer": Message("run.cpu_no_answer"),
    "given_back": Message("run.cpu_given_back"),
}


def view_run(run: Run | None) -> RunView:
    """Return what the panel shows of a run, or of none, in the current language."""
    status = run.status if run else NO_RUN
    return {
        "state": status.state,
        "title": translate(run.title) if run else "",
        "message": say_status(status),
        "fraction": status.fraction,
        "loss": status.loss,
        "test_loss": status.test_loss,
        "accuracy": status.accuracy,
        "train_accuracy": status.train_accuracy,
        "epochs": status.epochs,
        "epochs_done": status.epochs_done,
        "seconds": status.seconds,
        "left": status.left,
        "drawing": "",
    }


def say_status(status: RunStatus) -> str:
    """Say in a sentence or two what a run is doing, or how it ended."""
    state, device = _say_state(status), _say_device(status)
    return say("page.two_sentences", first=state, second=device) if device else state


def _say_state(status: RunStatus) -> str:
    if status.state == "idle":
        return say("run.nothing_yet")
    if status.state == "waiting":
        return _say_waiting(status)
    if status.state == "training":
        return _say_training(status)
    if status.error is not None:
        return translate(status.error.explanation or ERRORS[status.error.key])
    if status.state == "uploaded":
        return say("run.uploaded")
    if status.state == "finished":
        return say("run.finished")
    return say("run.stopped") if status.has_network else say("run.stopped_early")


def _say_waiting(status: RunStatus) -> str:
    if status.stage == "queued":
        return say("run.queued", place=status.place, wait=about(status.seconds_to_wait))
    return say("run.paused") if status.stage == "paused" else say("run.next")


def _say_training(status: RunStatus) -> str:
    if status.stage == "downloading":
        data_set = find_data_set(status.dataset) or DATASETS["mnist"]
        return say(
            "run.downloading",
            title=data_set.title,
            part=f"{status.fraction:.0%}",
            megabytes=f"{data_set.download_bytes / 1e6:.0f}",
        )
    if status.stage == "loading":
        return say("run.loading")
    if status.stage == "awaiting_gpu":
        return say("run.awaiting_gpu")
    if status.stage == "epoch_over":
        return say("run.epoch_over", epoch=status.epoch)
    return say("run.epoch_begun", epoch=status.epoch, step=status.step, steps=status.steps)


def _say_device(status: RunStatus) -> str:
    """Say why it is not a GPU that trains, or has trained."""
    is_at_work = status.stage in ("epoch_begun", "epoch_over")
    if status.no_gpu is None or not (is_at_work or status.has_network):
        return ""
    return translate(NO_GPU[status.no_gpu])


def about(seconds: float) -> str:
    """Write a time as somebody would say it who cannot know it exactly."""
    if seconds < 7.5:
        return say("run.few_seconds")
    if seconds < 55:
        return say("run.about_seconds", seconds=5 * round(seconds / 5))
    if seconds < 90:
        return say("run.about_minute")
    return say("run.about_minutes", minutes=round(seconds / 60))
