"""What happens inside a network for one image, in numbers that add up.

For one image, each network of `models.MODELS` is exactly a sum, so each score can be taken apart,
into neurons or into pixels, without any approximation. Convolution, batch normalisation and linear
layers are sums as they stand; dropout does nothing once a network has learned. What bends is the
activation: for one image it multiplies the sum z of each neuron by a number of its own,
(f(z) − f(0)) / z, and adds f(0). Of a ReLU that number is 1 or 0, the gradient itself. Of tanh and
sigmoid it is not the gradient: a neuron's activation is shared out among the pixels in proportion
to what they add to its sum (as by the rescale rule of Shrikumar, Greenside and Kundaje, "Learning
important features through propagating activation differences", 2017, each sum compared with 0). The
f(0) of a sigmoid, 0.5, is counted among the biases. Without an activation the network is one sum
for all images.

    >>> from mnist_core.checkpoints import SHIPPED, load_checkpoint
    >>> from mnist_core.inspection import explain_score, inspect_image
    >>> seen = inspect_image(load_checkpoint(SHIPPED).model, image)  # image: [28, 28], 0 to 255
    >>> print(seen)
    [1, 28, 28] → view → [784] → fc1 → [128] → ReLU → fc2 → [10] → softmax
    >>> evidence = explain_score(seen, digit=7, rather_than=1)
    >>> abs(evidence.sum - evidence.score) < 1e-4  # ink + paper + biases
    True

The rooms, in the order in which they can be read:

`recorder`    a network, watched while it computes
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
