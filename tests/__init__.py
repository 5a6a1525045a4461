"""One test file for each room of `mnist_core`; `browser` for the page, `benchmarks` for figures."""
