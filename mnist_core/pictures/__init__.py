"""A folder or a zip file of pictures, one folder a class → images to learn from.

It is what torchvision's ImageFolder reads: `cats/tom.jpg`, `dogs/rex.png`, with or without `train/`
and `test/` above. The files may come from strangers, so all that they cost is bounded, what cannot
be read is skipped and said, and nothing of a zip file is ever written to the disk.

`files`      what lies in a folder or a zip file, name by name
`skipped`    what was left out, and why
`classes`    names → classes, and what is for learning and what for the test
`squares`    image files → small squares of pixels, by a process of their own
`reading`    all of it together
`data_set`   what has been read → a data set like any other
"""

from mnist_core.pictures.data_set import as_data_set, save_data_set
from mnist_core.pictures.files import Bounds
from mnist_core.pictures.reading import (
    SIDE_IN_COLOUR,
    SIDE_IN_GRAY,
    PictureHalf,
    Pictures,
    read_picture,
    read_pictures,
)
from mnist_core.pictures.skipped import Skipped

__all__ = [
    "SIDE_IN_COLOUR",
    "SIDE_IN_GRAY",
    "Bounds",
    "PictureHalf",
    "Pictures",
    "Skipped",
    "as_data_set",
    "read_picture",
    "read_pictures",
    "save_data_set",
]
