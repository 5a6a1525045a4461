"""Handwritten digits with PyTorch, exactly as the article describes them.

Read the rooms in this order:

1. `data`           MNIST on disk → normalised tensors → batches     (article, step 2)
2. `models`         the networks: the article's and its next steps   (article, step 3)
3. `augmentation`   training images, changed before each use         (article, advice)
4. `evaluation`     loss and accuracy on unseen images               (article, step 6.2)
5. `config`         the settings of a run; the recipe is the default (article, steps 1 to 5)
6. `training`       the one training loop, and what it streams       (article, steps 1, 4 and 5)
7. `experiments`    the article's advice, ready to be tried          (article, advice)
8. `codegen`        a stand-alone program for any settings           (article, all steps)
9. `preprocessing` a drawing → the 28×28 image MNIST would have made of it
10. `drawings`      labelled drawings on disk → images to test a network on
11. `inference`     an image → probabilities, and whether they are sure
12. `calibration`   do the probabilities mean what they say?
13. `archive`       a .pth file from a stranger → one that PyTorch may read
14. `checkpoints`   weights on disk, with their metadata          (article, saving and loading)
15. `plots`         losses → a figure                                (article, step 6.1)
16. `__main__`      `python -m mnist_core train | code | evaluate | calibrate | predict`
17. `web`           the rooms that know Gradio
"""
