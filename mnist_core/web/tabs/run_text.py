"""A run in words: what the record of its status says, as sentences for people."""

from __future__ import annotations

from mnist_core.data import DOWNLOAD_BYTES
from mnist_core.experiments import describe_change
from mnist_core.web.components.run_panel import RunView
from mnist_core.web.jobs.run import Run
from mnist_core.web.jobs.status import NO_RUN, RunStatus

NOTHING_YET = "Press Train: a network with random weights starts to learn from 60,000 digits."
TURN_COMES = "Its turn is about to come."
PAUSED = "Paused: its turn comes again."
LOADING = "Loading the 70,000 images into memory."
ASKS_FOR_GPU = "Waiting for a GPU."
UPLOADED = "Uploaded: it can read, but not train on."
FINISHED = "Finished. Your network can read in the Draw tab."
STOPPED = "Stopped. What it has learned so far can read in the Draw tab."
STOPPED_EARLY = "Stopped before it learned anything."
ERRORS = {
    "no_memory": (
        "There is not enough memory for this run. Try a smaller batch size, or try again later."
    ),
    "worker_lost": (
        "The system has ended this training, perhaps for want of memory. Try a smaller batch "
        "size, or try again later."
    ),
    "unexpected": "The training failed for a reason that only the server's log tells. Try again.",
}
NO_GPU = {
    "quota_spent": "On the CPU: the GPU quota is used up.",
    "none_free": "On the CPU: no GPU was to be had.",
    "taken_back": "On the CPU: the GPU was taken back.",
    "no_answer": "On the CPU: the GPU did not answer.",
    "given_back": "On the CPU: the GPU was given back in the pause.",
}


def view_run(run: Run | None) -> RunView:
    """Return what the panel shows of a run, or of none."""
    status = run.status if run else NO_RUN
    return {
        "state": status.state,
        "title": f"{run.name}: {describe_change(run.config) or 'the recipe'}" if run else "",
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
    return _say_state(status) + _say_device(status)


def _say_state(status: RunStatus) -> str:
    if status.state == "idle":
        return NOTHING_YET
    if status.state == "waiting":
        return _say_waiting(status)
    if status.state == "training":
        return _say_training(status)
    if status.error is not None:
        return status.error.explanation or ERRORS[status.error.key]
    if status.state == "uploaded":
        return UPLOADED
    if status.state == "finished":
        return FINISHED
    return STOPPED if status.has_network else STOPPED_EARLY


def _say_waiting(status: RunStatus) -> str:
    if status.stage == "queued":
        wait = about(status.seconds_to_wait)
        return f"{ordinal(status.place)} in the queue: its turn comes in {wait}."
    return PAUSED if status.stage == "paused" else TURN_COMES


def _say_training(status: RunStatus) -> str:
    if status.stage == "downloading":
        megabytes = DOWNLOAD_BYTES / 1e6
        return f"Downloading MNIST, once: {status.fraction:.0%} of {megabytes:.0f} MB."
    if status.stage == "loading":
        return LOADING
    if status.stage == "awaiting_gpu":
        return ASKS_FOR_GPU
    if status.stage == "epoch_over":
        return f"Epoch {status.epoch} is over."
    return f"Epoch {status.epoch}: batch {status.step} of {status.steps}."


def _say_device(status: RunStatus) -> str:
    """Say why it is not a GPU that trains, or has trained."""
    is_at_work = status.stage in ("epoch_begun", "epoch_over")
    if status.no_gpu is None or not (is_at_work or status.has_network):
        return ""
    return f" {NO_GPU[status.no_gpu]}"


def ordinal(number: int) -> str:
    """Write 1 as 1st, 12 as 12th."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if 10 <= number % 100 <= 20 else endings.get(number % 10, 'th')}"


def about(seconds: float) -> str:
    """Write a time as somebody would say it who cannot know it exactly."""
    if seconds < 7.5:
        return "a few seconds"
    if seconds < 55:
        return f"about {5 * round(seconds / 5)} s"
    if seconds < 90:
        return "about a minute"
    return f"about {round(seconds / 60)} minutes"
