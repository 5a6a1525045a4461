"""The command line: `python -m mnist_core train | average | code | evaluate | …`.

The same training stream as in the app, printed. What a person reads goes to stdout, the progress
bar to stderr; with `--json` stdout carries one JSON object a line and nothing else. Wrong input
ends with one line on stderr and exit status 2; of several images those that can be read are.
It speaks the terminal's language, or that of `--language`.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, fields
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch

from mnist_core.augmentation import AUGMENTATIONS
from mnist_core.calibration import calibrate, halve
from mnist_core.checkpoints import (
    Checkpoint,
    describe_average,
    describe_run,
    load_checkpoint,
    save_calibration,
    save_checkpoint,
)
from mnist_core.codegen import COMMENTS, generate_code
from mnist_core.config import OPTIMIZERS, SCHEDULES, TrainConfig
from mnist_core.data import MNIST, fetch_mnist, has_mnist, load_mnist
from mnist_core.drawings import images_of, read_drawings
from mnist_core.evaluation import Evaluation, evaluate
from mnist_core.inference import predict
from mnist_core.inspection import (
    Evidence,
    HiddenIndex,
    Inspection,
    Neighbour,
    ScoreByNeurons,
    explain_score,
    index_hidden,
    inspect_image,
    split_score,
)
from mnist_core.loss_curve import BatchLoss
from mnist_core.mistakes import Readings, read_all
from mnist_core.models import MODELS, average, mix_in
from mnist_core.preprocessing import GrayImage, image_from_picture, open_picture
from mnist_core.text import (
    CATALOGUE,
    LANGUAGES,
    Language,
    Message,
    say,
    speak,
    speaking,
    system_language,
    translate,
)
from mnist_core.training import (
    EXPLODED,
    EpochRecord,
    StepRecord,
    Training,
    set_up,
    train,
)

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


def complain(error: Exception) -> None:
    """Say in one line on stderr what is wrong."""
    message = " ".join(translate(error).split())
    print(f"{PROGRAM}: {message}", file=sys.stderr)


def make_parser() -> Parser:
    """Describe the commands and their options."""
    parser = Parser(
        prog=PROGRAM,
        description=say("cli.description"),
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("train", help=say("cli.train"))
    command.set_defaults(run=run_train)
    add_settings(command)
    command.add_argument(
        "--start",
        type=Path,
        metavar="CHECKPOINT",
        help=say("cli.start"),
    )
    command.add_argument(
        "--keep",
        type=float,
        default=0.0,
        metavar="SHARE",
        help=say("cli.keep"),
    )
    command.add_argument("--threads", type=int, help=say("cli.threads"))
    command.add_argument(
        "--out",
        type=Path,
        help=say("cli.out"),
    )
    command.add_argument("--every", type=int, metavar="BATCHES", help=say("cli.every"))
    add_data_and_json(command)

    command = commands.add_parser("average", help=say("cli.average"))
    command.set_defaults(run=run_average)
    command.add_argument(
        "checkpoints", type=Path, nargs="+", metavar="CHECKPOINT", help=say("cli.average_of")
    )
    command.add_argument("--out", type=Path, required=True, help=say("cli.average_out"))
    add_data_and_json(command)

    command = commands.add_parser("code", help=say("cli.code"))
    command.set_defaults(run=run_code)
    add_settings(command)
    command.add_argument("--comments", choices=COMMENTS, help=say("cli.comments"))

    command = commands.add_parser("evaluate", help=say("cli.evaluate"))
    command.set_defaults(run=run_evaluate)
    command.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    command.add_argument(
        "--drawings",
        type=Path,
        metavar="FILE",
        help=say("cli.drawings", entries='{"label": 0-9, "strokes": [[[x, y], ...], ...]}'),
    )
    add_data_and_json(command)

    command = commands.add_parser("calibrate", help=say("cli.calibrate"))
    command.set_defaults(run=run_calibrate)
    command.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    add_data_and_json(command)

    command = commands.add_parser("predict", help=say("cli.predict"))
    command.set_defaults(run=run_predict)
    command.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    command.add_argument("images", type=Path, nargs="+", metavar="IMAGE")
    command.add_argument("--json", action="store_true", help=say("cli.json"))

    command = commands.add_parser("inspect", help=say("cli.inspect"))
    command.set_defaults(run=run_inspect)
    command.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    command.add_argument("image", type=Path, metavar="IMAGE")
    command.add_argument(
        "--for",
        dest="digit",
        type=int,
        metavar="DIGIT",
        help=say("cli.for"),
    )
    command.add_argument(
        "--against",
        type=int,
        metavar="DIGIT",
        help=say("cli.against"),
    )
    command.add_argument("--out", type=Path, help=say("cli.sheet"))
    add_data_and_json(command)

    command = commands.add_parser("mistakes", help=say("cli.mistakes"))
    command.set_defaults(run=run_mistakes)
    command.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    command.add_argument("--out", type=Path, help=say("cli.mistakes_sheet"))
    add_data_and_json(command)
    return parser


def add_settings(command: argparse.ArgumentParser) -> None:
    """Add an option for every setting of a run."""
    recipe = TrainConfig()
    choices = {
        "model": MODELS,
        "schedule": SCHEDULES,
        "augmentation": AUGMENTATIONS,
        "optimizer": OPTIMIZERS,
    }
    whole_numbers = {"epochs", "batch_size", "seed"}
    numbers = {"learning_rate", "dropout"}
    for field in fields(TrainConfig):
        default = getattr(recipe, field.name)
        command.add_argument(
            f"--{field.name.replace('_', '-')}",
            choices=choices.get(field.name),
            type=int if field.name in whole_numbers else float if field.name in numbers else str,
            default=default,
            help=say(
                "cli.default",
                value=Message("cli.models_own") if default is None else default,
            ),
        )


def config_from(options: argparse.Namespace) -> TrainConfig:
    """Build the settings that `add_settings` asked for.

    Raises:
        ValueError: one is out of range; the message says the range.
    """
    return TrainConfig(
        **{field.name: getattr(options, field.name) for field in fields(TrainConfig)}
    )


def add_data_and_json(command: argparse.ArgumentParser) -> None:
    """Add the two options that several commands share."""
    command.add_argument(
        "--data",
        type=Path,
        help=say("cli.data"),
    )
    command.add_argument("--json", action="store_true", help=say("cli.json"))


# --- train -------------------------------------------------------------------------------------


def run_train(options: argparse.Namespace) -> None:
    """Train, print the article's lines (or JSON), and save what was learned."""
    config = config_from(options)
    out = options.out or Path(f"{config.model}_mnist.pth")
    set_threads(options.threads)
    check_out(out)
    check_every(options)
    start = load_start(options, config)
    training = set_up(config, get_mnist(options.data))
    if options.every:
        training.note_loss = LossPrinter(options.every, len(training.train_loader)).note
    if start:
        training.model.load_state_dict(start.model.state_dict())
    if not options.json:
        print(say("article.images", shape=training.images_shape))
        print(say("article.labels", shape=training.labels_shape))
        print(say("article.device", device=training.device))
        print(say("article.begins"))
    epochs = follow(training, as_json=options.json)
    metadata = describe_run(config, epochs)
    if start:
        mix_in(training.model, start.model, options.keep)
        metadata["start"] = {**start.metadata, "kept": options.keep}
        metadata["test_accuracy"] = evaluate(training.model, training.test_set).accuracy
    save_checkpoint(out, training.model, metadata)
    if not options.json:
        print(say("article.ends"))
        print(say("article.accuracy", accuracy=f"{metadata['test_accuracy']:.2%}"))
        print(say("cli.saved", path=str(out)))


def load_start(options: argparse.Namespace, config: TrainConfig) -> Checkpoint | None:
    """Load the network whose weights a run begins with, if it begins with any.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it holds another kind of network, or the share to be kept makes no sense.
    """
    if not 0 <= options.keep <= 1 or (options.keep and not options.start):
        raise ValueError(Message("cli.keep_range"))
    if not options.start:
        return None
    start = load_checkpoint(options.start)
    if start.model_name != config.model:
        raise ValueError(
            Message(
                "cli.other_model",
                path=str(options.start),
                found=start.model_name,
                wanted=config.model,
            )
        )
    return start


def run_average(options: argparse.Namespace) -> None:
    """Average the weights of several networks, and save them with the metadata of the first.

    Raises:
        ValueError: they are not all of one kind.
    """
    check_out(options.out)
    parts = [load_checkpoint(path) for path in options.checkpoints]
    kinds = sorted({part.model_name for part in parts})
    if len(kinds) > 1:
        raise ValueError(Message("cli.average_kinds", kinds=", ".join(kinds)))
    mean = average([part.model for part in parts])
    accuracy = evaluate(mean, get_mnist(options.data).test).accuracy
    metadata = describe_average([part.metadata for part in parts])
    save_checkpoint(options.out, mean, {**metadata, "test_accuracy": accuracy})
    if options.json:
        print(json.dumps({"networks": len(parts), "accuracy": accuracy}))
    else:
        print(say("article.accuracy", accuracy=f"{accuracy:.2%}"))
        print(say("cli.saved", path=options.out))


def follow(training: Training, *, as_json: bool) -> list[EpochRecord]:
    """Run the training loop to its end and print each epoch as it comes."""
    epochs = []
    with closing(train(training)) as records:
        for record in records:
            if isinstance(record, StepRecord):
                show_progress(say("cli.epoch", epoch=record.epoch), record.step / record.steps)
                continue
            epochs.append(record)
            show_progress("", None)
            if as_json:
                print(json.dumps(asdict(record)), flush=True)
            else:
                total, loss = training.config.epochs, f"{record.train_loss:.4f}"
                line = say("article.epoch", epoch=record.epoch, epochs=total, loss=loss)
                print(line, flush=True)
    return epochs


class LossPrinter:
    """Prints the losses of batches as JSON, each line the mean of several."""

    def __init__(self, every: int, steps: int) -> None:
        """Begin.

        Args:
            every: how many batches to a line; those left over at the end of an epoch are one too.
            steps: batches in an epoch.
        """
        self._every = every
        self._steps = steps
        self._losses: list[float] = []

    def note(self, batch: BatchLoss) -> None:
        """Take the loss of the next batch, and print a line if it is the last of one."""
        self._losses.append(batch.loss)
        is_last = batch.step == self._steps or not batch.loss < EXPLODED
        if is_last or batch.step % self._every == 0:
            mean = statistics.fmean(self._losses)
            loss = mean if math.isfinite(mean) else None  # JSON knows no NaN
            print(json.dumps({"epoch": batch.epoch, "step": batch.step, "loss": loss}))
            self._losses.clear()


def check_every(options: argparse.Namespace) -> None:
    """Make sure that the losses of batches can be printed as they are asked for.

    Raises:
        ValueError: not so many batches make a line, or it is not JSON that is printed.
    """
    if options.every is not None and not (options.json and options.every >= 1):
        raise ValueError(Message("cli.every_range"))


def set_threads(threads: int | None) -> None:
    """Let PyTorch compute with this many CPU threads.

    Raises:
        ValueError: not a number of threads that makes sense.
    """
    if threads is None:
        return
    most = 1024
    if not 1 <= threads <= most:
        raise ValueError(Message("cli.threads_range", most=most, value=threads))
    torch.set_num_threads(threads)


def check_out(path: Path) -> None:
    """Find out before minutes of training, not after, that the result cannot be saved.

    Raises:
        ValueError: `path` is a folder, or its folder cannot be written to.
    """
    if path.is_dir() or path.suffix != ".pth":
        raise ValueError(Message("cli.out_name", path=str(path)))
    path.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(path.parent, os.W_OK):
        raise ValueError(Message("cli.out_folder", path=str(path.parent)))


def get_mnist(root: Path | None) -> MNIST:
    """Load MNIST, downloading it first if it is not there (torchvision shows the bar)."""
    for _ in fetch_mnist(root):
        pass
    return load_mnist(root)


def show_progress(label: str, share: float | None) -> None:
    """Draw a progress bar in place on a terminal; None wipes it. Elsewhere draw nothing."""
    if not sys.stderr.isatty():
        return
    width = 30
    done = 0 if share is None else round(share * width)
    bar = f"{label} {'█' * done}{'░' * (width - done)} {share:4.0%}" if share is not None else ""
    print(f"\r\033[K{bar}", end="", file=sys.stderr, flush=True)


# --- code ---------------------------------------------------------------------------------------


def run_code(options: argparse.Namespace) -> None:
    """Print the program that trains with these settings.

    With Chinese in it, it goes into a file or to another program as UTF-8, as Python reads it,
    whatever the console's code page is.
    """
    program = generate_code(config_from(options), options.comments)
    is_shown = sys.stdout.isatty()
    if isinstance(sys.stdout, TextIOWrapper) and not is_shown and not program.isascii():
        sys.stdout.reconfigure(encoding="utf-8")
    print(program, end="")


# --- evaluate and predict ----------------------------------------------------------------------


def run_evaluate(options: argparse.Namespace) -> None:
    """Print loss and accuracy of a saved network on the test images or on drawings."""
    checkpoint = load_checkpoint(options.checkpoint)
    if options.drawings:
        drawings = read_drawings(options.drawings)
        result = evaluate(checkpoint.model, images_of(drawings))
        report_drawings(result, len(drawings), checkpoint.model_name, as_json=options.json)
        return
    result = evaluate(checkpoint.model, get_mnist(options.data).test)
    if options.json:
        metadata = {
            "model": checkpoint.model_name,
            "loss": result.loss,
            "accuracy": result.accuracy,
        }
        print(json.dumps({**metadata, "confusion": result.confusion}))
    else:
        print(say("cli.loss", loss=result.loss))
        print(say("article.accuracy", accuracy=f"{result.accuracy:.2%}"))


def report_drawings(result: Evaluation, count: int, model: str, *, as_json: bool) -> None:
    """Print how well drawings were read: in all, digit by digit, and what each was taken for."""
    if as_json:
        metadata = {
            "model": model,
            "count": count,
            "loss": result.loss,
            "accuracy": result.accuracy,
        }
        metadata["per_digit"] = result.accuracy_per_digit
        print(json.dumps({**metadata, "confusion": result.confusion}))
        return
    print(say("cli.drawings_accuracy", count=count, accuracy=result.accuracy))
    print()
    print(say("cli.confusion"))
    print()
    digits = "".join(f"{digit:6}" for digit in range(10))
    print(f"  {digits}   {say('cli.accuracy_column')}")
    for digit, (row, share) in enumerate(
        zip(result.confusion, result.accuracy_per_digit, strict=True)
    ):
        counts = "".join(f"{number or '·':>6}" for number in row)
        print(f"{digit} {counts}   {'' if share is None else f'{share:.2%}':>8}")


def run_calibrate(options: argparse.Namespace) -> None:
    """Fit a saved network's calibration and write it beside the network."""
    model = load_checkpoint(options.checkpoint).model
    calibration = calibrate(model, halve(get_mnist(options.data).test)[0])
    save_calibration(options.checkpoint, calibration)
    if options.json:
        print(json.dumps(asdict(calibration)))
    else:
        print(say("cli.temperature", temperature=calibration.temperature))
        print(say("cli.sure_from", share=calibration.sure_from))


def run_predict(options: argparse.Namespace) -> int:
    """Print what a saved network reads in each image file, and whether it is sure.

    Returns:
        0, or 1 if some of several files could not be read.

    Raises:
        ValueError: the only file there is cannot be read, or the network cannot.
        FileNotFoundError: there is no such file.
    """
    checkpoint = load_checkpoint(options.checkpoint)
    status = 0
    for path in options.images:
        try:
            prediction = predict(checkpoint.model, open_digit(path), checkpoint.calibration)
        except (ValueError, OSError) as error:
            if len(options.images) == 1:
                raise
            complain(error)
            status = EXIT_PARTLY_READ
            continue
        if options.json:
            print(json.dumps({"image": str(path), **asdict(prediction)}), flush=True)
        else:
            key = "cli.reading" if prediction.sure else "cli.unsure_reading"
            share = prediction.probabilities[prediction.digit]
            print(say(key, path=str(path), digit=prediction.digit, share=share), flush=True)
    return status


def open_digit(path: Path) -> GrayImage:
    """Open an image file and find the digit in it.

    Raises:
        ValueError: it cannot be read, or it is blank.
        FileNotFoundError: there is no such file.
    """
    image = image_from_picture(open_picture(path))
    if image is None:
        raise ValueError(Message("cli.blank", path=str(path)))
    return image


# --- inspect -----------------------------------------------------------------------------------

SHEETS = (".png", ".svg", ".pdf")


def check_sheet(out: Path | None) -> None:
    """Make sure that a sheet can be drawn into this file, before anything is computed.

    Raises:
        ValueError: its name has another ending.
    """
    if out and out.suffix not in SHEETS:
        raise ValueError(Message("cli.sheet_name", endings=", ".join(SHEETS), path=str(out)))


def run_inspect(options: argparse.Namespace) -> None:
    """Print, and draw, what a saved network does with one image.

    The images most alike are found where the test images are at hand; nothing is downloaded.

    Raises:
        ValueError: the image or the network cannot be read, or there is no such digit.
        FileNotFoundError: there is no such file.
    """
    check_sheet(options.out)
    checkpoint = load_checkpoint(options.checkpoint)
    seen = inspect_image(checkpoint.model, open_digit(options.image), checkpoint.calibration)
    digit = seen.digit if options.digit is None else seen.check_digit(options.digit)
    against = seen.runner_up(digit) if options.against is None else options.against
    evidence = explain_score(seen, digit, against)
    neurons = split_score(seen, digit, against)
    test_set = load_mnist(options.data).test if has_mnist(options.data) else None
    index = index_hidden(checkpoint.model, test_set) if test_set else None
    alike = index.nearest(seen) if index else ()
    if options.json:
        print(json.dumps(inspection_facts(seen, evidence, neurons, index, alike)))
    else:
        print("\n".join(inspection_lines(seen, evidence, neurons, index, alike)))
    if options.out:
        from mnist_core.inspection.sheet import inspection_sheet  # here: few need matplotlib
        from mnist_core.plots import fonts_of_this_machine

        images = [(test_set.images[found.index], found) for found in alike] if test_set else []
        with fonts_of_this_machine():
            figure = inspection_sheet(checkpoint.model, seen, digit, against, alike=images)
            figure.savefig(options.out)


def inspection_lines(
    seen: Inspection,
    evidence: Evidence,
    neurons: ScoreByNeurons,
    index: HiddenIndex | None,
    alike: Sequence[Neighbour],
) -> Iterator[str]:
    """Put an inspection into words."""
    yield str(seen)
    counts = [
        f"{layer.name} " + " + ".join(f"{count:,}" for count in layer.parameters.values())
        for layer in seen.layers
        if layer.parameters
    ]
    yield say("inspection.parameters", count=seen.parameters, parts=", ".join(counts))
    for layer in seen.activations:
        dead = index.is_dead[layer.name].sum() if index else None
        key = "inspection.on" if dead is None else "inspection.on_and_dead"
        on, count = layer.is_on.sum(), layer.is_on.size
        yield say(key, layer=layer.name, on=on, all=count, dead=dead)
    scores = (f"{digit}: {score:.2f}" for digit, score in enumerate(seen.scores))
    yield say("inspection.list_of_scores", scores=", ".join(scores))
    yield say("inspection.read", digit=seen.digit, share=seen.probabilities[seen.digit])
    yield ""
    yield say(
        "inspection.question",
        digit=evidence.digit,
        other=evidence.rather_than,
        score=evidence.score,
    )
    yield say(
        "inspection.by_pixels",
        ink=evidence.ink.sum(),
        paper=evidence.paper,
        biases=evidence.biases,
        sum=evidence.sum,
    )
    named = [
        say("inspection.neuron", share=part.share, index=part.index)
        for part in [*neurons.supporting, *neurons.opposing]
    ]
    yield say(
        "inspection.by_neurons",
        layer=neurons.layer,
        named=" ".join(named),
        others=neurons.others,
        bias=neurons.bias,
        sum=neurons.sum,
    )
    images = [
        say("inspection.alike_image", label=found.label, index=found.index) for found in alike
    ]
    if images:
        yield say("inspection.alike", images=", ".join(images))
    else:
        yield say("inspection.no_mnist")


def inspection_facts(
    seen: Inspection,
    evidence: Evidence,
    neurons: ScoreByNeurons,
    index: HiddenIndex | None,
    alike: Sequence[Neighbour],
) -> dict[str, Any]:
    """Put an inspection into what JSON can hold; `alike` is empty where there is no MNIST."""
    return {
        "shapes": str(seen),
        "parameters": seen.parameters,
        "layers": [
            {
                "name": layer.name,
                "operation": layer.operation,
                "shape": list(layer.values.shape),
                "parameters": dict(layer.parameters),
            }
            for layer in seen.layers
        ],
        "activations": {layer.name: layer.values.tolist() for layer in seen.activations},
        "dead": {name: np.flatnonzero(dead).tolist() for name, dead in index.is_dead.items()}
        if index
        else None,
        "scores": seen.scores.tolist(),
        "probabilities": seen.probabilities.tolist(),
        "digit": seen.digit,
        "evidence": {**asdict(evidence), "ink": evidence.ink.tolist(), "sum": evidence.sum},
        "neurons": {**asdict(neurons), "sum": neurons.sum},
        "alike": [asdict(found) for found in alike],
    }


# --- mistakes ----------------------------------------------------------------------------------

MISTAKES_PRINTED = 10  # of the pairs of digits, and of the images


def run_mistakes(options: argparse.Namespace) -> None:
    """Print which test images a saved network misreads, and draw the surest mistakes.

    Raises:
        ValueError: the network cannot be read.
        FileNotFoundError: there is no such file, or no MNIST.
    """
    check_sheet(options.out)
    checkpoint = load_checkpoint(options.checkpoint)
    test_set = get_mnist(options.data).test
    readings = read_all(checkpoint.model, test_set, checkpoint.calibration)
    if options.json:
        print(json.dumps(mistakes_facts(readings)))
    else:
        print("\n".join(mistakes_lines(readings)))
    if options.out:
        from mnist_core.mistakes.sheet import mistakes_sheet  # here: few need matplotlib
        from mnist_core.plots import fonts_of_this_machine

        with fonts_of_this_machine():
            mistakes_sheet(readings, test_set).savefig(options.out)


def mistakes_lines(readings: Readings) -> Iterator[str]:
    """Put the mistakes into words: how many, which digits for which, and the surest."""
    places = readings.mistakes()
    yield say("article.accuracy", accuracy=f"{readings.accuracy:.2%}")
    yield say("mistakes.title", count=len(places), images=len(readings.labels))
    wrong = readings.confusion.copy()
    np.fill_diagonal(wrong, 0)
    for cell in np.argsort(-wrong, axis=None, kind="stable")[:MISTAKES_PRINTED]:
        label, digit = divmod(int(cell), 10)
        if wrong[label, digit]:
            yield say("mistakes.pair", label=label, digit=digit, count=int(wrong[label, digit]))
    if len(places):
        yield say("mistakes.surest")
    for place in places[:MISTAKES_PRINTED]:
        facts = {"label": int(readings.labels[place]), "digit": int(readings.digits[place])}
        confidence = float(readings.confidences[place])
        yield say("mistakes.image", image=int(place), confidence=f"{confidence:.1%}", **facts)


def mistakes_facts(readings: Readings) -> dict[str, Any]:
    """Put the mistakes into what JSON can hold, the surest first."""
    return {
        "accuracy": readings.accuracy,
        "confusion": readings.confusion.tolist(),
        "mistakes": [
            {
                "index": int(place),
                "label": int(readings.labels[place]),
                "digit": int(readings.digits[place]),
                "confidence": float(readings.confidences[place]),
            }
            for place in readings.mistakes()
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
