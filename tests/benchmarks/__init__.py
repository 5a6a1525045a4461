"""Scripts that measure, each comparing two figures of one run; pytest does not collect them."""
