"""A visitor's session and what it keeps: runs, files, classifiers, the visitor's own test set."""
