from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path

from mnist_core.augmentation import AUGMENTATIONS
from mnist_core.codegen import COMMENTS, Comments, generate_code, generate_rate_finder
from mnist_core.config import TrainConfig
from mnist_core.data import DATASETS, Origin, naming
from mnist_core.models import ACTIVATIONS, MODELS
from mnist_core.text import CATALOGUE, LANGUAGES, speaking

MOST_LINES = 80  # of code; blank ones do not count
MOST_WORDS = 30  # lines of comments and docstrings

SPREAD = [
    TrainConfig(),
    TrainConfig(model="dropout_nn", dropout=0.4, epochs=3, seed=1),
    TrainConfig(model="deep_nn", batch_size=100, schedule="step", epochs=4),
    TrainConfig(model="deep_nn", dropout=0.1, optimizer="sgd", learning_rate=0.1, epochs=2),
    TrainConfig(model="cnn", schedule="one_cycle", learning_rate=0.01, batch_size=128, epochs=2),
    TrainConfig(model="cnn", dropout=0.3, augmentation="affine", schedule="step", epochs=3),
    TrainConfig(augmentation="affine", schedule="one_cycle", optimizer="sgd", epochs=1),
    TrainConfig(model="cnn", augmentation="handwriting", epochs=1),
    TrainConfig(width=33, activation="tanh", images=150, epochs=2),
    TrainConfig(model="deep_nn", width=9, activation="sigmoid", wrong_labels=0.3, epochs=2),
    TrainConfig("dropout_nn", activation="none", images=100, wrong_labels=0.2, epochs=1, seed=5),
    TrainConfig(images=200, augmentation="affine", epochs=1),
]
UNFLATTENED = TrainConfig(flatten=False)
ALL_MODELS = [TrainConfig(model=model) for model in MODELS]


def test_the_program_is_short_and_stands_alone() -> None:
    for config in SPREAD:
        for comments in COMMENTS:
            program = generate_code(config, comments)
            assert "mnist_core" not in program, config
            assert max(map(len, program.splitlines())) <= 100, config
            if config.augmentation != "handwriting":  # which is a package of its own
                lines = [line for line in program.splitlines() if line.strip()]
                most = MOST_LINES if comments == "none" else MOST_LINES + MOST_WORDS
                assert len(lines) <= most, (config, comments)


def test_the_program_has_no_sign_that_a_console_might_spoil() -> None:
    for model, augmentation in product(MODELS, AUGMENTATIONS):
        for comments in ("en", "none"):
            dataset = "cifar10" if augmentation == "mirror" else "mnist"
            config = TrainConfig(model=model, augmentation=augmentation, dataset=dataset)
            program = generate_code(config, comments)
            assert program.isascii(), (model, augmentation, set(filter(lambda c: c > "~", program)))


def test_width_and_activation_stand_where_they_are_used() -> None:
    """As in the article: neither is a parameter of the class."""
    for model in ("simple_nn", "dropout_nn", "deep_nn"):
        for activation in ACTIVATIONS:
            program = generate_code(TrainConfig(model=model, width=34, activation=activation))
            assert "nn.Linear(28 * 28, 34)" in program
            layers = 2 if model == "deep_nn" else 1
            called = 0 if activation == "none" else layers
            assert program.count(f"torch.{activation}(self.fc") == called
            assert "width" not in program
            assert "activation" not in program
    assert "nn.Linear(34, 17)" in generate_code(TrainConfig(model="deep_nn", width=34))


def test_the_recipes_network_is_the_articles() -> None:
    """Line by line, but for the names and what the article's comments say."""
    program = generate_code(TrainConfig(), "none")
    start = program.index("class SimpleNN(nn.Module):")
    lines = program[start : program.index("device = ")].split("\n")
    assert [line.strip() for line in lines if line.strip()] == [
        "class SimpleNN(nn.Module):",
        "def __init__(self) -> None:",
        "super().__init__()",
        "self.fc1 = nn.Linear(28 * 28, 128)",
        "self.fc2 = nn.Linear(128, 10)",
        "def forward(self, images: Tensor) -> Tensor:",
        "pixels = images.view(-1, 28 * 28)",
        "hidden = torch.relu(self.fc1(pixels))",
        "logits: Tensor = self.fc2(hidden)",
        "return logits",
    ]


def test_the_program_is_well_formed(tmp_path: Path) -> None:
    for (number, config), comments in product(
        enumerate([*SPREAD, *ALL_MODELS, UNFLATTENED]), COMMENTS
    ):
        program = generate_code(config, comments)
        (tmp_path / f"{number}_{comments}.py").write_text(program, encoding="utf-8")
    for check in (["check", "--select", "E,F,I,W"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *check, "--isolated", "--line-length", "100", "."]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


# --- comments ----------------------------------------------------------------------------------


def code_of(program: str) -> str:
    """Return a program as the compiler sees it, but for what it prints."""
    tree = ast.parse(program)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
            node.args = []
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and (
            ast.get_docstring(node) is not None
        ):
            del node.body[0]
    return ast.unparse(tree)


def comments_in(program: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(program).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def test_comments_change_nothing_of_the_program() -> None:
    for config in SPREAD:
        english, chinese, bare = (code_of(generate_code(config, choice)) for choice in COMMENTS)
        assert english == chinese == bare, config


def test_without_comments_there_is_not_one() -> None:
    for config in SPREAD:
        program = generate_code(config, "none")
        assert comments_in(program) == []
        assert '"""' not in program


def program_with_pictures(language: Comments, *, is_divided: bool) -> str:
    """Return a program that learns pictures of one's own."""
    origin = Origin("mine.zip", is_zip=True, start=is_divided, is_divided=is_divided)
    with naming(replace(DATASETS["cifar10"], key="pictures", origin=origin)):
        return generate_code(TrainConfig(dataset="pictures", augmentation="mirror"), language)


def test_every_sentence_for_programs_is_said_in_one() -> None:
    for language in LANGUAGES:
        programs = [
            generate_code(config, language) for config in [*SPREAD, *ALL_MODELS, UNFLATTENED]
        ]
        programs += [
            program_with_pictures(language, is_divided=divided) for divided in (False, True)
        ]
        programs.append(generate_rate_finder(TrainConfig(), language))
        for key, sentence in CATALOGUE[language].items():
            if key.startswith("program."):
                words = max(re.split(r"\{\w+\}|→", sentence), key=len)
                assert any(words in program for program in programs), (key, language)


def test_comments_say_why_in_the_language_that_was_chosen() -> None:
    for config in SPREAD:
        program = generate_code(config, "zh")
        for words in [*comments_in(program), *re.findall(r'"""(.*?)"""', program, re.DOTALL)]:
            assert re.search("[\u4e00-\u9fff]", words) or words.startswith("# ["), words
        before = program.partition("optimizer.zero_grad()")[0].splitlines()[-2]
        assert before.strip() == "# 先清空梯度：PyTorch 默认会累加，否则上一批的还在里面"


def test_the_current_language_is_the_default() -> None:
    english, chinese = (generate_code(TrainConfig(), language) for language in LANGUAGES)
    assert generate_code(TrainConfig()) == english
    with speaking("zh"):
        assert generate_code(TrainConfig()) == chinese
        assert generate_code(TrainConfig(), "en") == english
        assert 'print("训练完成!")' in generate_code(TrainConfig(), "none")


def test_the_rate_finder_is_a_program_of_its_own(tmp_path: Path) -> None:
    for number, config in enumerate([*SPREAD, *ALL_MODELS]):
        english, chinese, bare = (generate_rate_finder(config, choice) for choice in COMMENTS)
        assert code_of(english) == code_of(chinese) == code_of(bare), config
        assert "mnist_core" not in english
        assert english.isascii()
        assert comments_in(bare) == []
        assert "scheduler" not in english and "matplotlib" not in english
        for name, program in (("en", english), ("zh", chinese), ("none", bare)):
            (tmp_path / f"{number}_{name}.py").write_text(program, encoding="utf-8")
    for check in (["check", "--select", "E,F,I,W"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *check, "--isolated", "--line-length", "100", "."]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_many_threads_write_programs_at_once() -> None:
    """Python 3.11 cannot parse in two threads at once; the page's handlers run in many."""
    configs = [TrainConfig(model=model) for model in MODELS] * 10
    with ThreadPoolExecutor(8) as pool:
        programs = list(pool.map(generate_code, configs))
    assert programs == [generate_code(config) for config in configs]
