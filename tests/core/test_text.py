"""The catalogue: complete in both languages, and nothing that people read stands outside it."""

from __future__ import annotations

import ast
import pickle
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from mnist_core.text import (
    CATALOGUE,
    LANGUAGES,
    Language,
    Message,
    accepted_languages,
    current_language,
    first_language,
    say,
    speak,
    speaking,
    system_language,
    translate,
)
from tests.real_mnist import REPOSITORY
from tests.words import CATALOGUE as CATALOGUE_FOLDER
from tests.words import (
    EXCEPTIONS,
    PACKAGE,
    READERS,
    words_in_python,
    words_in_script,
    words_in_template,
    words_outside,
    words_to_move,
)


def places(sentence: str) -> set[str]:
    """Return the facts that a sentence tells; a plural only bends its words."""
    parts = Formatter().parse(sentence)
    return {
        name for _, name, form, _ in parts if name is not None and not (form or "").startswith("|")
    }


def test_both_languages_say_the_same() -> None:
    english, chinese = CATALOGUE["en"], CATALOGUE["zh"]
    assert list(english) == list(chinese)
    for key in english:
        assert places(english[key]) == places(chinese[key]), key


def test_each_sentence_is_in_its_language() -> None:
    for key, sentence in CATALOGUE["en"].items():
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", sentence), key
    for key, sentence in CATALOGUE["zh"].items():
        if key.startswith("article."):  # what its program prints, to the letter
            continue
        assert not re.search(r"[\u4e00-\u9fff] ?[,;:!?](?!\S*[}])", sentence), f"{key}: 标点"


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    english = {
        "drawings": "{count} {count:|drawing|drawings}, {right:percent} right.",
        "place": "The {place:ordinal} of {of}.",
        "queue": "the queue",
    }
    chinese = {
        "drawings": "{count} 幅，正确率 {right:percent}。",
        "place": "{of}中的第 {place} 个。",
        "queue": "队列",
    }

    monkeypatch.setitem(CATALOGUE, "en", english)  # type: ignore[arg-type]
    monkeypatch.setitem(CATALOGUE, "zh", chinese)  # type: ignore[arg-type]


@pytest.mark.usefixtures("catalogue")
def test_a_message_becomes_words_where_it_is_shown() -> None:
    message = Message("drawings", count=1, right=0.9638)
    assert message == str(message) == "1 drawing, 96.38% right."
    assert Message("drawings", count=2, right=1) == "2 drawings, 100.00% right."
    with speaking("zh"):
        assert translate(message) == "1 幅，正确率 96.38%。"
        assert translate(ValueError(message)) == "1 幅，正确率 96.38%。"
        assert str(message) == "1 drawing, 96.38% right."
        assert say("drawings", count=3, right=0.5) == "3 幅，正确率 50.00%。"
    assert translate(message) == str(message)


@pytest.mark.usefixtures("catalogue")
def test_a_fact_that_is_a_message_follows_the_language() -> None:
    message = Message("place", place=12, of=Message("queue"))
    assert message == "The 12th of the queue."
    with speaking("zh"):
        assert translate(message) == "队列中的第 12 个。"
    ordinals = [Message("place", place=place, of="x").split()[1] for place in (1, 2, 3, 4, 11, 21)]
    assert ordinals == ["1st", "2nd", "3rd", "4th", "11th", "21st"]


@pytest.mark.usefixtures("catalogue")
def test_a_message_crosses_to_another_process() -> None:
    message = pickle.loads(pickle.dumps(ValueError(Message("place", place=1, of=Message("queue")))))
    with speaking("zh"):
        assert translate(message) == "队列中的第 1 个。"


def test_what_is_no_message_is_words_already() -> None:
    with speaking("zh"):
        assert translate("seven.png") == "seven.png"
        assert translate(OSError(2, "No such file")) == "[Errno 2] No such file"


@pytest.mark.usefixtures("catalogue")
def test_an_error_may_carry_more_than_its_message() -> None:
    with speaking("zh"):
        assert translate(ArithmeticError(Message("queue"), 0.1)) == "队列"


def test_a_key_or_a_fact_that_is_missing_is_an_error_at_once() -> None:
    with pytest.raises(KeyError):
        Message("no such key")
    with pytest.raises(KeyError):
        Message("run.epoch_over", another=1)


def test_each_thread_speaks_its_own_language() -> None:
    spoken: list[Language] = []
    with speaking("zh"):
        thread = threading.Thread(target=lambda: spoken.append(current_language()))
        thread.start()
        thread.join()
        speak("en")
        assert current_language() == "en"
    assert spoken == ["en"]


@pytest.mark.parametrize("tag", ["zh", "zh-CN", "zh-Hans-CN", "zh-HK", "zh-TW", "ZH_cn.UTF-8"])
def test_every_chinese_is_chinese(tag: str) -> None:
    assert first_language(["", "fr", tag, "en"]) == "zh"


def test_the_best_liked_language_that_we_speak() -> None:
    assert first_language(accepted_languages("fr, en;q=0.5, zh-TW;q=0.9")) == "zh"
    assert first_language(accepted_languages("en-US,en;q=0.9,zh;q=0.8")) == "en"
    assert first_language(accepted_languages("de-DE,*;q=0.5")) is None
    assert accepted_languages("zh;q=much, en") == ["en"]
    assert len(accepted_languages("," * 100_000)) <= 20


def test_the_terminals_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert system_language() == "zh"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert system_language() == "en"
    assert set(LANGUAGES) == set(CATALOGUE)


def sentences_asked_for() -> Iterator[tuple[Path, str, set[str] | None]]:
    """Yield each key that Python names outright: where, and with which facts, if it is clear."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Message", "say"):
                key = node.args[0]
                facts = {word.arg for word in node.keywords}
                if isinstance(key, ast.Constant):
                    yield file, key.value, None if None in facts else facts - {None}


def test_each_sentence_that_is_asked_for_is_there_with_its_facts() -> None:
    """An error would else be found out by the first who meets it."""
    asked_for = list(sentences_asked_for())
    assert len(asked_for) > 100
    for file, key, facts in asked_for:
        assert key in CATALOGUE["en"], (file, key)
        if facts:
            needed = {place.split(".")[0] for place in places(CATALOGUE["en"][key])}
            assert needed <= facts, (file, key)


def test_no_sentence_stands_outside_the_catalogue() -> None:
    outside = [
        f"{file.relative_to(PACKAGE)}:{line}: {text}" for file, line, text in words_to_move()
    ]
    assert not outside, "\n".join(outside)


def test_every_exception_is_still_one() -> None:
    found = [
        (file.relative_to(PACKAGE).as_posix(), text) for file, _, text in words_outside(PACKAGE)
    ]
    for where, what in EXCEPTIONS:
        assert any(place == where and re.search(what, text) for place, text in found), (where, what)


BUILT = {  # how keys begin that are put together, and where
    "class.": "data/registry.py",
    "config.": "config.py",
    "dataset.": "data/registry.py",
    "experiment.": "experiments.py",
    "form.dataset_": "web/tabs/data_set_choice.py",
    "change.": "experiments.py",
    "program.": "codegen/source.py",  # whose own tests look for each
}


def test_every_sentence_is_said_somewhere() -> None:
    files = [REPOSITORY / "app.py"]
    files += [file for ending in READERS for file in PACKAGE.rglob(f"*{ending}")]
    code = {
        file: file.read_text(encoding="utf-8")
        for file in files
        if CATALOGUE_FOLDER not in file.parents
    }
    literals = set(re.findall(r"[\"']([a-z_]+\.[a-z0-9_.]+)[\"']", "\n".join(code.values())))
    for key in CATALOGUE["en"]:
        assert key in literals or key.startswith(tuple(BUILT)), key
    for beginning, place in BUILT.items():
        assert f'"{beginning}' in code[PACKAGE / place], beginning


def test_a_planted_sentence_is_found() -> None:
    assert list(words_in_python('log.info("a run ends", extra={})')) == []
    python = 'def f():\n    """Return no sentence."""\n    return f"It is {f} again and again."\n'
    assert list(words_in_python(python)) == [(3, "It is "), (3, " again and again.")]
    assert list(words_in_python('gr.Button("Train")')) == [(1, "Train")]
    script = '// a comment\nwrite(find("li .title"), "This is new");'
    assert list(words_in_script(script)) == [(2, '"This is new"')]
    template = (
        '<!-- a note --><p lang="en">English</p>\n<p title="New">Draw</p><b data-say="x"></b>'
    )
    assert list(words_in_template(template)) == [(2, "title=New"), (2, "Draw")]
