"""How well a network does on images it has not trained on.

Article, step 6.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mnist_core.data import ImageDataset

BATCH_SIZE = 64  # the article's; also keeps the matrix products, and so the last bit, the same


@dataclass(frozen=True)
class Evaluation:
    """What one pass over a labelled set of images found.

    Attributes:
        loss: mean cross-entropy over the images, in nats.
        accuracy: share of the images read right, 0 to 1.
        confusion: counts, [10, 10]; row = the true digit, column = the digit read.
    """

    loss: float
    accuracy: float
    confusion: tuple[tuple[int, ...], ...]

    @property
    def accuracy_per_digit(self) -> tuple[float | None, ...]:
        """Of the images of each digit, the share read right; None where there was no image."""
        return tuple(
            row[digit] / sum(row) if any(row) else None for digit, row in enumerate(self.confusion)
        )


def evaluate(model: nn.Module, dataset: ImageDataset) -> Evaluation:
    """Read every image once, without learning, and leave the model in the mode it was in.

    Slices replace the article's test loader on purpose: a DataLoader draws from the global
    random generator even when it does not shuffle, and a draw between two epochs would change
    what is trained after it.

    Args:
        model: any network that maps [batch, 1, 28, 28] to logits [batch, 10].
        dataset: at least one image with its label.

    Returns:
        Loss, accuracy and confusion matrix as plain Python numbers.
    """
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()  # switches dropout off
    total_loss = torch.zeros((), dtype=torch.float64, device=device)
    confused = []  # 10 * true digit + digit read; counted at the end, as that waits for a GPU
    with torch.no_grad():
        for images, labels in batches(dataset):
            images, labels = images.to(device), labels.to(device)
            logits = model(images)  # [batch, 10]
            total_loss += functional.cross_entropy(logits, labels, reduction="sum")
            predicted = logits.argmax(dim=1)  # [batch]
            confused.append(labels * 10 + predicted)
    model.train(was_training)

    counts = torch.bincount(torch.cat(confused), minlength=100).view(10, 10).cpu()
    return Evaluation(
        loss=total_loss.item() / len(dataset),
        accuracy=counts.trace().item() / len(dataset),
        confusion=tuple(tuple(row) for row in counts.tolist()),
    )


def batches(dataset: ImageDataset) -> zip[tuple[Tensor, Tensor]]:
    """Cut a data set, in its order, into (images, labels) of at most 64 each."""
    images = torch.split(dataset.images, BATCH_SIZE)
    labels = torch.split(dataset.labels, BATCH_SIZE)
    return zip(images, labels, strict=True)
