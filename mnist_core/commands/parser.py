"""An argument parser that speaks two languages, and how commands complain."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any, NoReturn

from mnist_core.text import CATALOGUE, LANGUAGES, Message, say, translate

PROGRAM = "python -m mnist_core"
EXIT_PARTLY_READ = 1
EXIT_WRONG_INPUT = 2
EXIT_INTERRUPTED = 130  # as a shell reports Ctrl+C


HEADINGS = ("cli.usage", "cli.positional", "cli.options")
COMPLAINTS = (
    "cli.invalid_choice",
    "cli.invalid_value",
    "cli.expected_one",
    "cli.expected_some",
    "cli.ambiguous",
    "cli.required",
    "cli.unrecognized",
)
"""What argparse says in English by itself; the catalogue has it as well."""


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks the current language, and whose errors are one line."""

    def __init__(self, **settings: Any) -> None:
        """Make a parser with the two options that every command has."""
        super().__init__(add_help=False, **settings)
        self.add_argument("-h", "--help", action="help", help=say("cli.help"))
        self.add_argument(
            "--language", choices=LANGUAGES, default=argparse.SUPPRESS, help=say("cli.language")
        )

    def format_help(self) -> str:
        """Return the help text with its headings in the current language."""
        text = super().format_help()
        for key in HEADINGS:
            text = text.replace(CATALOGUE["en"][key], say(key), 1)
        return text

    def error(self, message: str) -> NoReturn:
        """Print the message, without the usage above it, on stderr and exit with status 2."""
        self.exit(EXIT_WRONG_INPUT, f"{self.prog}: {translate(recognize(message))}\n")


def recognize(complaint: str) -> str:
    """Find a complaint of argparse in the catalogue; an unknown one stays as it is."""
    for key in COMPLAINTS:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(CATALOGUE["en"][key]))
        if match := re.fullmatch(pattern, complaint):
            return Message(key, **match.groupdict())
    return complaint


def complain(error: Exception) -> None:
    """Say in one line on stderr what is wrong."""
    message = " ".join(translate(error).split())
    print(f"{PROGRAM}: {message}", file=sys.stderr)
