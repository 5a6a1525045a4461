"""What a run's network was at moments of its training, packed for the page."""

from __future__ import annotations

from base64 import b64encode

import numpy as np
from numpy.typing import NDArray

from mnist_core.data import DATASETS
from mnist_core.inference import predict
from mnist_core.moments import Moment
from mnist_core.preprocessing import GrayImage
from mnist_core.text import translate
from mnist_core.web.components.scrubber import Found, Look, MomentView, Scrubber, Seen
from mnist_core.web.jobs.run import Run
from mnist_core.web.sessions.classifiers import current_classifier
from mnist_core.web.sessions.page import SessionLink
from mnist_core.web.sessions.session import Session
from mnist_core.web.tabs.page_stream import at_once

MOMENTS_PER_ANSWER = 12  # each is 35 kB at most


def build_scrubber(link: SessionLink) -> Scrubber:
    """Lay the scrubber out where it is to stand; the stream tells it what there is."""
    scrubber = Scrubber()
    scrubber.input(look_back, [scrubber, link], scrubber, **at_once(link))
    return scrubber


def view_moments(run: Run | None) -> Seen:
    """Tell how many moments of a run there are."""
    moments = list(run.moments) if run else []
    weighed = sum(moment.network is not None for moment in moments)
    data_set = run.config.data_set if run else DATASETS["mnist"]
    return {
        "run": run.id if run else "",
        "moments": len(moments),
        "weighed": weighed,
        "classes": None
        if data_set.key == "mnist"
        else [translate(name) for name in data_set.classes],
        "can_draw": data_set.is_drawable,
    }


def look_back(look: Look, session: Session) -> Found:
    """Return moments of a run of this session, or what they say of the visitor's drawing."""
    session.note_use()
    run = session.find_run(look.run)
    moments = list(run.moments) if run else []
    if look.drawing:
        is_drawn = _drawing_for(run, session) is not None
        readings = _read(run, moments, session)
        return {"run": look.run, "readings": readings, "is_drawn": is_drawn}
    shown = moments[look.start : look.start + MOMENTS_PER_ANSWER]
    return {"run": look.run, "start": look.start, "moments": list(map(_view, shown))}


def _view(moment: Moment) -> MomentView:
    counts = np.array(moment.test.confusion, np.uint16)
    tiles = moment.tiles
    return {
        "images": moment.images,
        "batches": moment.batches,
        "epoch": moment.epoch,
        "tested": int(counts.sum()),
        "accuracy": moment.test.accuracy,
        "confusion": _pack(counts),
        "tiles": _pack(tiles.pixels) if tiles else "",
        "side": tiles.pixels.shape[-1] if tiles else 0,
        "top": tiles.top if tiles else 0.0,
    }


def _pack(numbers: NDArray[np.uint16] | NDArray[np.int8]) -> str:
    return b64encode(numbers.tobytes()).decode("ascii")


def _drawing_for(run: Run | None, session: Session) -> GrayImage | None:
    """Return what was drawn, or the picture, if it is for networks that learned what this has."""
    reader = current_classifier(session)
    is_for_it = run is not None and reader is not None and reader.dataset == run.config.dataset
    return session.draw.drawing if is_for_it else None


def _read(run: Run | None, moments: list[Moment], session: Session) -> list[list[float] | None]:
    """Let each moment's network read the drawing, as far as it has been kept."""
    drawing = _drawing_for(run, session)
    if run is None or drawing is None:
        return [None] * len(moments)
    readings: list[list[float] | None] = []
    model = run.config.create_model_shape()
    for moment in moments:
        if moment.network is None:
            readings.append(None)
            continue
        model.load_state_dict(moment.network.unpack(), assign=True)
        prediction = predict(model.eval(), drawing, run.calibration)
        readings.append([round(share, 5) for share in prediction.probabilities])
    return readings
