"""Training on the server: runs, the queue in which they wait, and the worker that trains them."""
