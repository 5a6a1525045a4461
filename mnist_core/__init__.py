"""Handwritten digits with PyTorch: the article's steps, in its order, and what goes beyond them.

A room imports from the rooms above it. Where it looks ahead to one below, the line says so;
until you come there, the name is all that you need.

In all of them:

0. `text`           every sentence that a person reads, once for each language

The article:

1. `data`           MNIST on disk → normalised tensors → batches     (step 2)
2. `models`         the networks: the article's and its next steps   (step 3)
3. `config`         the settings of a run; the recipe is the default (steps 1 to 5)
                    ahead: `augmentation`
4. `training`       the one training loop, and what it streams       (steps 1, 4 and 5)
                    ahead: `evaluation`, `augmentation`
5. `plots`          losses → a figure                                (step 6.1)
6. `evaluation`     loss and accuracy on unseen images               (step 6.2)
7. `checkpoints`    weights on disk, with their metadata             (saving and loading)
                    ahead: `inference`, `archive`, `pickle_check`

Its advice:

8. `augmentation`   training images, changed before each use
9. `experiments`    each piece of advice, ready to be tried
10. `codegen`       a stand-alone program for any settings

Beyond it, from a drawing to an answer:

11. `preprocessing` a drawing → the 28×28 image MNIST would have made of it
12. `drawings`      labelled drawings on disk → images to test a network on
13. `inference`     an image → probabilities, and whether they are sure
14. `inspection`    an image → what each layer makes of it, and why that digit
15. `shapes`        the shapes layer by layer, and PyTorch's error read piece by piece
16. `rate_finder`   the loss against the learning rate, and which one to take
17. `mistakes`      which images are misread, and how sure the network is of them
18. `calibration`   do the probabilities mean what they say?
19. `pickle_check`  the pickle in a .pth file, followed without being run
20. `archive`       a .pth file from a stranger → one that PyTorch may read

And what people use:

21. `commands`      a room for each command of the command line
22. `__main__`      `python -m mnist_core train | average | code | evaluate | …`
23. `web`           the rooms that know Gradio
"""
