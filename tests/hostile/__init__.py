"""Thousands of requests as no page of ours sends them, to every endpoint that the app has.

`python -m tests.hostile --payloads 10000` is the long form; the suite runs a short one.
"""
