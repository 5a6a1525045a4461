"""Handwritten digits with PyTorch: the article's steps, in its order, and what goes beyond them.

A room imports from the rooms above it. Where it looks ahead to one below, the line says so;
until you come there, the name is all that you need.

In all of them:

1. `text`           every sentence that a person reads, once for each language

The article:

2. `data`           MNIST on disk → normalised tensors → batches     (step 2)
3. `models`         the networks: the article's and its next steps   (step 3)
4. `config`         the settings of a run; the recipe is the default (steps 1 to 5)
                    ahead: `augmentation`
5. `loss_curve`     the loss of every batch, in a bounded room       (step 5)
6. `training`       the one training loop, and what it streams       (steps 1, 4 and 5)
                    ahead: `evaluation`, `augmentation`
7. `one_step`       one pass of that loop by hand, in numbers        (step 5)
8. `moments`        what a network was at moments of its training    (step 5)
                    ahead: `evaluation`
9. `plots`          losses → a figure                                (step 6.1)
10. `evaluation`    loss and accuracy on unseen images               (step 6.2)
11. `checkpoints`   weights on disk, with their metadata             (saving and loading)
                    ahead: `inference`, `archive`, `pickle_check`, `safetensors`, `file_kinds`

Its advice:

12. `augmentation`  training images, changed before each use
13. `experiments`   each piece of advice, ready to be tried
14. `codegen`       a stand-alone program for any settings
                    ahead: `rate_finder`, `preprocessing`, `pictures`
15. `notebook`      the same program as a Jupyter notebook

Beyond it, from a drawing to an answer:

16. `preprocessing` a drawing → the 28×28 image MNIST would have made of it
17. `drawings`      labelled drawings on disk → images to test a network on
18. `pictures`      pictures of one's own, a folder a class → images to learn from
19. `inference`     an image → probabilities, and whether they are sure
20. `inspection`    an image → what each layer makes of it, and why that digit
21. `shapes`        the shapes layer by layer, and PyTorch's error read piece by piece
22. `rate_finder`   the loss against the learning rate, and which one to take
23. `mistakes`      which images are misread, and how sure the network is of them
24. `calibration`   do the probabilities mean what they say?
25. `pickle_check`  the pickle in a .pth file, followed without being run
26. `archive`       a .pth file from a stranger → one that PyTorch may read
27. `safetensors`   weights in the format that holds nothing else
28. `file_kinds`    what a file is, if it is none of weights
29. `teaching`      drawings by one hand → a network that has learned them in seconds

And what people use:

30. `commands`      a room for each command of the command line
31. `__main__`      `python -m mnist_core train | average | code | evaluate | …`
32. `web`           the rooms that know Gradio
"""
