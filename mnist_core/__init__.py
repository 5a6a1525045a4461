"""Handwritten digits with PyTorch, exactly as the article describes them.

Read the rooms in this order:

1. `data`           MNIST on disk → normalised tensors → batches     (article, step 2)
2. `models`         the network                                      (article, step 3)
3. `evaluation`     loss and accuracy on unseen images               (article, step 6.2)
4. `training`       the recipe's settings and the one training loop  (article, steps 1, 4 and 5)
5. `checkpoints`    weights on disk, with their facts beside them    (article, saving and loading)
6. `preprocessing`  a drawing → the 28×28 image MNIST would have made of it
7. `drawings`       labelled drawings on disk → images to test a network on
8. `inference`      an image → probabilities
9. `plots`          losses → a figure                                (article, step 6.1)
10. `__main__`      `python -m mnist_core train | evaluate | predict`
11. `web`           the rooms that know Gradio
"""
