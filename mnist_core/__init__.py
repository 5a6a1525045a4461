"""Handwritten digits with PyTorch, exactly as the article describes them.

Read the rooms in this order:

1. `data`           MNIST on disk → normalised tensors → batches     (article, step 2)
2. `models`         the networks: the article's and its next steps   (article, step 3)
3. `hands`          MNIST's digits as other people write them, and what is no digit
4. `augmentation`   training images, changed before each use         (article, advice)
5. `evaluation`     loss and accuracy on unseen images               (article, step 6.2)
6. `config`         the settings of a run; the recipe is the default (article, steps 1 to 5)
7. `training`       the one training loop, and what it streams       (article, steps 1, 4 and 5)
8. `experiments`    the article's advice, ready to be tried          (article, advice)
9. `codegen`        a stand-alone program for any settings           (article, all steps)
10. `preprocessing` a drawing → the 28×28 image MNIST would have made of it
11. `drawings`      labelled drawings on disk → images to test a network on
12. `inference`     an image → probabilities, and whether they are sure
13. `calibration`   do the probabilities mean what they say?
14. `pickle_check`  the pickle in a .pth file, followed without being run
15. `archive`       a .pth file from a stranger → one that PyTorch may read
16. `checkpoints`   weights on disk, with their metadata          (article, saving and loading)
17. `plots`         losses → a figure                                (article, step 6.1)
18. `__main__`      `python -m mnist_core train | code | evaluate | calibrate | predict`
19. `web`           the rooms that know Gradio
"""
