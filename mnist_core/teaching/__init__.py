"""A network learns from one person's drawings, in seconds: new classes, or that person's digits.

A network that has read a hundred thousand digits knows what strokes look like, and need not learn
that from a dozen drawings (Yosinski and others, "How transferable are features in deep neural
networks?", 2014). So classes of one's own are taught to a copy of it: its convolutions stay as they
are, and what stands behind them is trained anew. Nothing here needs MNIST.

`lesson`    drawings with names → what to learn from, and what is kept for the exam
`taught`    the network, built upon the CNN that comes with the project
`training`  the loop, for so many seconds at most
`exam`      what a network makes of drawings that it has not been shown
`hand`      a network of digits goes on with the digits of one hand, and forgets little
"""

from mnist_core.teaching.exam import Exam, sit
from mnist_core.teaching.hand import LEAST_DIGITS, HandReport, learn_hand
from mnist_core.teaching.lesson import (
    Lesson,
    check_counts,
    prepare,
    prepare_images,
    split,
)
from mnist_core.teaching.taught import build_network, load_base
from mnist_core.teaching.training import MOST_SECONDS, Progress, teach

__all__ = [
    "LEAST_DIGITS",
    "MOST_SECONDS",
    "Exam",
    "HandReport",
    "Lesson",
    "Progress",
    "build_network",
    "check_counts",
    "learn_hand",
    "load_base",
    "prepare",
    "prepare_images",
    "sit",
    "split",
    "teach",
]
