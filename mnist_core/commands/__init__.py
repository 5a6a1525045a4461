"""The commands of `python -m mnist_core`: a room each, named as what is typed.

Each has a `SUMMARY`, `add_options`, which describes what it can be told, and `run`, which does it
and returns the exit status, or None for 0. What a person reads goes to stdout, the progress bar to
stderr; with `--json` stdout carries one JSON object a line and nothing else.

`parser`     an argument parser that speaks two languages, and how commands complain
`options`    the options that several commands share

`train`      the training stream, printed as the article prints it; the weights are saved
`find_rate`  a learning rate for a run, found by a short ramp
`average`    the mean of several networks whose trainings began with the same weights
`code`       the settings as a program of its own
`evaluate`   loss and accuracy of a saved network, on the test images or on drawings
`calibrate`  make a saved network's probabilities mean what they say
`predict`    what a saved network reads in image files
`inspect`    what each layer makes of one image, and why that digit
`mistakes`   which test images a saved network misreads
"""
