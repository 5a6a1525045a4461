"""`code`: the settings as a program of its own."""

from __future__ import annotations

import argparse
import sys
from io import TextIOWrapper

from mnist_core.codegen import COMMENTS, generate_code, generate_rate_finder
from mnist_core.commands.options import add_settings, config_from
from mnist_core.notebook import generate_notebook
from mnist_core.text import Message, say

SUMMARY = "cli.code"  # of what it does, for the list of commands


def add_options(command: argparse.ArgumentParser) -> None:
    """Describe what it can be told."""
    add_settings(command)
    command.add_argument("--find-rate", action="store_true", help=say("cli.code_find_rate"))
    command.add_argument("--comments", choices=COMMENTS, help=say("cli.comments"))
    command.add_argument("--notebook", action="store_true", help=say("cli.notebook"))


def run(options: argparse.Namespace) -> None:
    """Print the program that trains with these settings, or its notebook.

    With Chinese in it, it goes into a file or to another program as UTF-8, as Python reads it,
    whatever the console's code page is.
    """
    if options.notebook and options.find_rate:
        raise ValueError(Message("cli.notebook_alone"))
    generate = generate_rate_finder if options.find_rate else generate_code
    if options.notebook:
        generate = generate_notebook
    program = generate(config_from(options), options.comments)
    is_shown = sys.stdout.isatty()
    if isinstance(sys.stdout, TextIOWrapper) and not is_shown and not program.isascii():
        sys.stdout.reconfigure(encoding="utf-8")
    print(program, end="")
