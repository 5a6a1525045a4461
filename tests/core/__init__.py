"""The package without its page: `python -m pytest tests/core`."""
