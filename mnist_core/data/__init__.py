"""MNIST on disk → normalised tensors in memory → batches.

Article, step 2. The rooms, in the order in which they can be read:

`batches`    images and labels in memory, and the batches that training takes from them
`formats`    files → images, a byte to a pixel
`registry`   MNIST and the other data sets: what is to be learned, and from which files
`files`      where the files lie, and whether they are whole
`loading`    the files → tensors, once per process
`mapping`    the files → batches, in memory that all processes share
`handicaps`  few images, or wrong labels
`download`   the files from archives that lie there, or else from the network
"""

from mnist_core.data.batches import (
    Batch,
    BatchLoader,
    ImageDataset,
    PixelDataset,
    Shape,
    Splits,
    first_batch,
    make_train_loader,
    normalize,
    scale,
    seeded,
    send,
)
from mnist_core.data.download import DownloadError, fetch_images
from mnist_core.data.files import damaged_files, data_folder, default_root, has_images
from mnist_core.data.handicaps import draw_images, handicap, mislabel
from mnist_core.data.loading import load_images
from mnist_core.data.mapping import close_images, map_images
from mnist_core.data.registry import (
    DATASETS,
    OWN_DRAWINGS,
    OWN_PICTURES,
    DataSet,
    Origin,
    add_own,
    find_data_set,
    forget_own,
    naming,
    without_images,
)

__all__ = [
    "DATASETS",
    "OWN_DRAWINGS",
    "OWN_PICTURES",
    "Batch",
    "BatchLoader",
    "DataSet",
    "DownloadError",
    "ImageDataset",
    "Origin",
    "PixelDataset",
    "Shape",
    "Splits",
    "add_own",
    "close_images",
    "damaged_files",
    "data_folder",
    "default_root",
    "draw_images",
    "fetch_images",
    "find_data_set",
    "first_batch",
    "forget_own",
    "handicap",
    "has_images",
    "load_images",
    "make_train_loader",
    "map_images",
    "mislabel",
    "naming",
    "normalize",
    "scale",
    "seeded",
    "send",
    "without_images",
]
