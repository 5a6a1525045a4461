"""Code for a run: a complete PyTorch program in the article's shape, for any settings.

It imports nothing of this project and prints the losses and the accuracy of the run, to the last
digit, on the same machine with the same number of threads. Networks and augmentation stand in it
as they stand here, so the two cannot drift apart. Its comments say what a line is there for, as the
article's do: in English, in Chinese, or not at all.

`source`     source of ours: networks, functions, whole modules, in the words of one language
`program`    the article's program, and what each setting puts into it
"""

from mnist_core.codegen.program import (
    COMMENTS,
    Comments,
    generate_cells,
    generate_code,
    generate_rate_finder,
)

__all__ = ["COMMENTS", "Comments", "generate_cells", "generate_code", "generate_rate_finder"]
