"""What happens inside a network for one image, in numbers that add up.

Every network of `models.MODELS` is piecewise linear once it has learned (convolution, batch
normalisation, ReLU; dropout does nothing then): for one image it is exactly a sum. So each score
can be taken apart, into neurons or into pixels, without any approximation.

    >>> from mnist_core.checkpoints import SHIPPED, load_checkpoint
    >>> from mnist_core.inspection import explain_score, inspect_image
    >>> seen = inspect_image(load_checkpoint(SHIPPED).model, image)  # image: [28, 28], 0 to 255
    >>> print(seen)
    [1, 28, 28] → view → [784] → fc1 → [128] → ReLU → fc2 → [10] → softmax
    >>> evidence = explain_score(seen, digit=7, rather_than=1)
    >>> abs(evidence.sum - evidence.score) < 1e-4  # ink + paper + biases
    True

The rooms, in the order in which they can be read:

`layers`      a network, an image → what each layer makes of it, and how the scores hang on that
`neurons`     a neuron: its weight image × pixels + bias = activation → its share of each score
`kernels`     a pixel of a feature map: the patch × the kernel
`evidence`    a score, or one rather than another, pixel by pixel; three ways to find it
`neighbours`  the images most alike in the hidden layer; neurons that are never on
`projection`  the hidden layer as a map: the two axes of the most variance
`sheet`       all of it as one figure; imported by its name, since it loads matplotlib
"""

from mnist_core.inspection.evidence import (
    Evidence,
    Integrated,
    explain_score,
    integrate_gradients,
    occlude,
)
from mnist_core.inspection.kernels import PatchProduct, multiply_patch
from mnist_core.inspection.layers import Inspection, Layer, inspect_image, inspect_values
from mnist_core.inspection.neighbours import HiddenIndex, Neighbour, index_hidden
from mnist_core.inspection.neurons import (
    Neuron,
    ScoreByNeurons,
    Share,
    inspect_neurons,
    split_score,
)
from mnist_core.inspection.projection import Projection, project

__all__ = [
    "Evidence",
    "HiddenIndex",
    "Inspection",
    "Integrated",
    "Layer",
    "Neighbour",
    "Neuron",
    "PatchProduct",
    "Projection",
    "ScoreByNeurons",
    "Share",
    "explain_score",
    "index_hidden",
    "inspect_image",
    "inspect_neurons",
    "inspect_values",
    "integrate_gradients",
    "multiply_patch",
    "occlude",
    "project",
    "split_score",
]
