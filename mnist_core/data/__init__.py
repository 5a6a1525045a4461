"""MNIST on disk → normalised tensors in memory → batches.

Article, step 2. The rooms, in the order in which they can be read:

`batches`    images and labels in memory, and the batches that training takes from them
`files`      where the four files lie, and whether they are whole
`loading`    the files → tensors, once per process
`mapping`    the files → batches, in memory that all processes share
`handicaps`  few images, or wrong labels
`download`   the files from archives that lie there, or else from the network
"""

from mnist_core.data.batches import (
    Batch,
    BatchLoader,
    ImageDataset,
    first_batch,
    make_train_loader,
    normalize,
    seeded,
    send,
)
from mnist_core.data.download import DOWNLOAD_BYTES, DownloadError, fetch_mnist
from mnist_core.data.files import FILES, damaged_files, default_root, has_mnist, raw_folder
from mnist_core.data.handicaps import draw_images, handicap, mislabel
from mnist_core.data.loading import MNIST, load_mnist
from mnist_core.data.mapping import MappedImages, map_mnist

__all__ = [
    "DOWNLOAD_BYTES",
    "FILES",
    "MNIST",
    "Batch",
    "BatchLoader",
    "DownloadError",
    "ImageDataset",
    "MappedImages",
    "damaged_files",
    "default_root",
    "draw_images",
    "fetch_mnist",
    "first_batch",
    "handicap",
    "has_mnist",
    "load_mnist",
    "make_train_loader",
    "map_mnist",
    "mislabel",
    "normalize",
    "raw_folder",
    "seeded",
    "send",
]
