"""The command line: `python -m mnist_core train | average | code | evaluate | …`.

Wrong input ends with one line on stderr and exit status 2; of several images those that can be read
are. It speaks the terminal's language, or that of `--language`.
"""

from __future__ import annotations

import argparse
import os
import sys
from io import TextIOWrapper

from mnist_core.commands import (
    average,
    calibrate,
    code,
    evaluate,
    find_rate,
    inspect,
    mistakes,
    predict,
    teach,
    train,
)
from mnist_core.commands.parser import (
    EXIT_INTERRUPTED,
    EXIT_WRONG_INPUT,
    PROGRAM,
    Parser,
    complain,
)
from mnist_core.text import LANGUAGES, Language, say, speak, speaking, system_language

COMMANDS = {
    "train": train,
    "teach": teach,
    "find-rate": find_rate,
    "average": average,
    "code": code,
    "evaluate": evaluate,
    "calibrate": calibrate,
    "predict": predict,
    "inspect": inspect,
    "mistakes": mistakes,
}
"""The room of each command, by what is typed."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: as after `python -m mnist_core`; None means those of this process.

    Returns:
        The exit status: 0, 1 if some of several images could not be read, 2 for wrong input,
        130 if interrupted.
    """
    with speaking(find_language(arguments)):
        return run_command(arguments)


def find_language(arguments: list[str] | None) -> Language:
    """Find out which language to speak before all else is understood, or not, in it."""
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    finder.add_argument("--language", choices=LANGUAGES)
    try:
        language: Language | None = finder.parse_known_args(arguments)[0].language
    except argparse.ArgumentError:  # which the parser of everything says
        language = None
    return language or system_language()


def run_command(arguments: list[str] | None) -> int:
    """Run one command in the current language; as `main`."""
    options = make_parser().parse_args(arguments)
    if "language" in options:  # be it by a shorter name
        speak(options.language)
    if isinstance(sys.stdout, TextIOWrapper):  # a console may lack a sign: it shows its code then
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status: int = options.run(options) or 0
        sys.stdout.flush()
    except (ValueError, ArithmeticError, OSError) as error:
        if isinstance(error, BrokenPipeError):  # the reader, such as `head`, has had enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        complain(error)
        return EXIT_WRONG_INPUT
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return EXIT_INTERRUPTED
    return status


def make_parser() -> Parser:
    """Describe the commands and their options."""
    parser = Parser(prog=PROGRAM, description=say("cli.description"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, room in COMMANDS.items():
        command = commands.add_parser(name, help=say(room.SUMMARY))
        room.add_options(command)
        command.set_defaults(run=room.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
