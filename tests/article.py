"""The article's program, restated step by step: the oracle that `mnist_core` has to equal.

Nothing here comes from `mnist_core`, and nothing is made faster than the article makes it: the
images are decoded, converted and normalised one by one, every time one is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn, optim
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

SEED = 42
BATCH_SIZE = 64
LEARNING_RATE = 0.001
EPOCHS = 5


class SimpleNN(nn.Module):
    """Step 3: 784 pixels → 128 hidden neurons → 10 logits."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, inputs: Tensor) -> Tensor:
        flat = inputs.view(-1, 28 * 28)
        return self.fc2(torch.relu(self.fc1(flat)))


TRANSFORM = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])


class Article:
    """Steps 1 to 4 happen when this is built; `train_epoch` is step 5, `accuracy` step 6.2."""

    def __init__(self, root: Path, source: type[datasets.MNIST] = datasets.MNIST) -> None:
        torch.manual_seed(SEED)
        train_set = source(root=str(root), train=True, transform=TRANSFORM)
        test_set = source(root=str(root), train=False, transform=TRANSFORM)
        self.train_loader = DataLoader(train_set, batch_size=BATCH_SIZE, shuffle=True)
        self.test_loader = DataLoader(test_set, batch_size=BATCH_SIZE, shuffle=False)
        self.images, self.labels = next(iter(self.train_loader))  # whose shapes are printed
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = SimpleNN().to(self.device)
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = optim.Adam(self.model.parameters(), lr=LEARNING_RATE)

    def train_epoch(self, after_step: Callable[[], object] = lambda: None) -> float:
        """Train for one epoch and return the mean of its batch losses."""
        running_loss = 0.0
        for inputs, labels in self.train_loader:
            inputs, labels = inputs.to(self.device), labels.to(self.device)
            self.optimizer.zero_grad()
            loss = self.criterion(self.model(inputs), labels)
            loss.backward()
            self.optimizer.step()
            running_loss += loss.item()
            after_step()
        return running_loss / len(self.train_loader)

    def accuracy(self) -> float:
        """Return the share of the test images that are read right."""
        self.model.eval()
        correct = total = 0
        with torch.no_grad():
            for inputs, labels in self.test_loader:
                outputs = self.model(inputs.to(self.device))
                _, predicted = torch.max(outputs, dim=1)
                total += labels.size(0)
                correct += (predicted == labels.to(self.device)).sum().item()
        self.model.train()
        return correct / total
