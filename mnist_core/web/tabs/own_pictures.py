"""The visitor's own pictures: a zip file is brought, and what was found in it is shown."""

from __future__ import annotations

import html
from base64 import b64encode
from io import BytesIO

from PIL import Image

from mnist_core.data import DataSet, PixelDataset, has_images, map_images
from mnist_core.text import say, translate
from mnist_core.web.sessions.own_pictures import OwnPictures

SHOWN = 12  # pictures of the strip; the classes take turns in them
GAP = 2  # pixels between two


def show_found(own: OwnPictures | None) -> str:
    """Say how many pictures of which classes there are, show some, and name what was left out.

    Returns:
        HTML; empty if there are none.
    """
    if own is None or not has_images(own.data_set):
        return ""
    lines = [
        say("pictures.of_class", name=name, train=train, test=test)
        for name, (train, test) in own.counts.items()
    ]
    words = say("pictures.strip")
    parts = [
        *(f"<p>{html.escape(line)}</p>" for line in lines),
        f'<img src="{_strip(own.data_set)}" alt="{html.escape(words)}">',
    ]
    if own.skipped.count:
        parts.append(f"<p>{html.escape(say('pictures.skipped', count=own.skipped.count))}</p>")
        items = [f"{name}: {translate(reason)}" for name, reason in own.skipped.first]
        parts.append(f"<ul>{''.join(f'<li>{html.escape(item)}</li>' for item in items)}</ul>")
    return "".join(parts)


def _strip(data_set: DataSet) -> str:
    """Return the first pictures side by side, in a data URL."""
    train = map_images(data_set).train
    assert isinstance(train, PixelDataset)
    pictures = [pixels.permute(1, 2, 0).squeeze(2).numpy() for pixels in train.pixels[:SHOWN]]
    side = data_set.shape[1]
    strip = Image.new("RGB", (len(pictures) * (side + GAP) - GAP, side), "white")
    for place, picture in enumerate(pictures):
        strip.paste(Image.fromarray(picture), (place * (side + GAP), 0))
    file = BytesIO()
    strip.save(file, "PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode('ascii')}"
