"""Why a training has failed: what the page says of it, and what the log keeps."""

from __future__ import annotations

import logging

from mnist_core.config import TrainConfig
from mnist_core.data import DownloadError
from mnist_core.shapes import ShapeMismatchError
from mnist_core.web.jobs.status import Error
from mnist_core.web.jobs.worker_process import WorkerError, WorkerLostError

log = logging.getLogger(__name__)


def explain_failure(error: Exception, config: TrainConfig) -> Error:
    """Say what an error means to the visitor, and log what the operator has to see.

    Args:
        error: what the training has raised; called while it is handled, for its traceback.
        config: the settings of the run.
    """
    if isinstance(error, ShapeMismatchError):
        return Error("shapes", error.args[0])
    if isinstance(error, DownloadError):
        facts = {"reason": str(error), "cause": error.cause}
        log.error("a data set is not there", extra={"fields": facts})
        return Error("no_data", error.said_to_visitors)
    if isinstance(error, MemoryError):
        return Error("no_memory")
    if isinstance(error, WorkerLostError):
        log.exception("a worker is lost", extra={"fields": {"settings": config}})
        return Error("worker_lost")
    if isinstance(error, WorkerError):
        fields = {"settings": config, "trace": str(error)}
        log.error("a training failed", extra={"fields": fields})
    else:
        log.exception("a training failed", extra={"fields": {"settings": config}})
    return Error("unexpected")
