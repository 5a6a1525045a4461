"""How well a network does on images it has not trained on.

Article, step 6.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from mnist_core.data import ImageDataset

BATCH_SIZE = 64  # the article's; also keeps the matrix products, and so the last bit, the same


@dataclass(frozen=True)
class Evaluation:
    """What one pass over a labelled set of images found.

    Attributes:
        loss: mean cross-entropy over the images, in nats.
        accuracy: share of the images read right, 0 to 1.
        confusion: counts, [classes, classes]; row = the true class, column = the one read.
    """

    loss: float
    accuracy: float
    confusion: tuple[tuple[int, ...], ...]

    @property
    def accuracy_per_class(self) -> tuple[float | None, ...]:
        """Of the images of each class, the share read right; None where there was no image."""
        return tuple(
            row[label] / sum(row) if any(row) else None for label, row in enumerate(self.confusion)
        )


def evaluate(model: nn.Module, dataset: ImageDataset) -> Evaluation:
    """Read every image once, without learning, and leave the model in the mode it was in.

    Slices replace the article's test loader on purpose: a DataLoader draws from the global
    random generator even when it does not shuffle, and a draw between two epochs would change
    what is trained after it.

    Args:
        model: any network that maps [batch, *shape] to logits [batch, classes].
        dataset: at least one image with its label.

    Returns:
        Loss, accuracy and confusion matrix as plain Python numbers.
    """
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()  # switches dropout off
    total_loss = torch.zeros((), dtype=torch.float64, device=device)
    read = []  # counted at the end, as that waits for a GPU
    with torch.no_grad():
        for images, labels in dataset.in_order(BATCH_SIZE):
            images, labels = images.to(device), labels.to(device)
            logits = model(images)  # [batch, classes]
            total_loss += functional.cross_entropy(logits, labels, reduction="sum")
            read.append(logits.argmax(dim=1))  # [batch]
    model.train(was_training)

    classes = logits.shape[1]
    cells = dataset.labels.to(device) * classes + torch.cat(read)  # of the matrix, row by row
    counts = torch.bincount(cells, minlength=classes**2).view(classes, classes).cpu()
    return Evaluation(
        loss=total_loss.item() / len(dataset),
        accuracy=counts.trace().item() / len(dataset),
        confusion=tuple(tuple(row) for row in counts.tolist()),
    )
