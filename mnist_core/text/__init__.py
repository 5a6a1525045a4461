"""Every sentence that a person reads, once for each language.

Code, records and errors carry a `Message`: a key of the catalogue, and the facts of the case. It
becomes words where somebody reads it, in the language of that reader:

    >>> message = Message("run.epoch_over", epoch=3)
    >>> str(message)
    'Epoch 3 is over.'
    >>> with speaking("zh"):
    ...     translate(message)
    '第 3 轮结束。'

`english` and `chinese` hold the catalogue. A sentence may have places for facts, by the rules of
`str.format`, with four more formats: `{accuracy:percent}` is "96.38%", `{change:points}` "−0.10",
`{place:ordinal}` "3rd", and `{count:|drawing|drawings}` one of the two words.
"""

from __future__ import annotations

import json
import locale
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from string import Formatter
from typing import Any, Literal, cast, get_args

from mnist_core.text.chinese import CHINESE
from mnist_core.text.english import ENGLISH

Language = Literal["en", "zh"]

LANGUAGES: tuple[Language, ...] = get_args(Language)
CATALOGUE: Mapping[Language, Mapping[str, str]] = {"en": ENGLISH, "zh": CHINESE}

_language: ContextVar[Language] = ContextVar("language", default="en")


class Message(str):
    """A sentence of the catalogue that is not yet in anybody's language.

    As a `str` it is the English, so that it can stand wherever Python wants a text: in an error, in
    a log, in a component's settings.

    Attributes:
        key: of the catalogue.
        facts: what its places are filled with; a message among them follows the language.
            Without any, the places stay open: a page's script fills them.
    """

    key: str
    facts: dict[str, object]

    def __new__(cls, key: str, /, **facts: object) -> Message:
        """Make the message.

        Raises:
            KeyError: the catalogue has no such key, or the sentence a place for another fact.
        """
        message = super().__new__(cls, _render("en", key, facts))
        message.key, message.facts = key, facts
        return message

    def said_in(self, language: Language) -> str:
        """Return the sentence in a language."""
        return _render(language, self.key, self.facts)

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross to another process as key and facts."""
        return _message, (self.key, self.facts)


def _message(key: str, facts: dict[str, object]) -> Message:
    return Message(key, **facts)


class Sentences(Message):
    """Sentences for a page's script, as one text of JSON: key → sentence with open places.

    One text, since Gradio's page walks through all else, leaf by leaf, with every event.
    """

    keys: tuple[str, ...]

    def __new__(cls, *keys: str) -> Sentences:
        """Gather sentences.

        Raises:
            KeyError: the catalogue has no such key.
        """
        sentences = str.__new__(cls, _pack("en", keys))
        sentences.keys = keys
        return sentences

    def said_in(self, language: Language) -> str:
        """Return the sentences in a language."""
        return _pack(language, self.keys)

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross to another process as keys."""
        return Sentences, self.keys


def _pack(language: Language, keys: Iterable[str]) -> str:
    return json.dumps({key: CATALOGUE[language][key] for key in keys}, ensure_ascii=False)


def say(key: str, /, **facts: object) -> str:
    """Say a sentence of the catalogue in the current language."""
    return _render(current_language(), key, facts)


def translate(text: object) -> str:
    """Return what a message, or an error that carries one, says in the current language.

    What is no message is words already: a file's name, or what another library says.
    """
    if isinstance(text, Exception) and text.args:
        first = text.args[0]  # others may follow: facts that a program goes by
        text = first if isinstance(first, Message) or len(text.args) == 1 else text
    if isinstance(text, Message):
        return text.said_in(current_language())
    return str(text)


def _render(language: Language, key: str, facts: Mapping[str, object]) -> str:
    sentence = CATALOGUE[language][key]
    if not facts:
        return sentence
    known = {
        name: fact.said_in(language) if isinstance(fact, Message) else fact
        for name, fact in facts.items()
    }
    return _FORMATTER.vformat(sentence, (), known)


class _SentenceFormatter(Formatter):
    """Formats per cent, differences, ordinal numbers and plurals beside what `str.format` knows."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "percent":
            return f"{value:.2%}"
        if format_spec == "points":
            return f"{value:+.2f}".replace("-", "−")  # a minus sign, as scripts write it
        if format_spec == "ordinal":
            return _ordinal(value)
        if format_spec.startswith("|"):
            one, many = format_spec[1:].split("|")
            return one if value == 1 else many
        return cast(str, super().format_field(value, format_spec))


_FORMATTER = _SentenceFormatter()


def _ordinal(number: int) -> str:
    """Write 1 as 1st, 12 as 12th."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if 10 <= number % 100 <= 20 else endings.get(number % 10, 'th')}"


# --- whose language ------------------------------------------------------------------------------


def current_language() -> Language:
    """Return the language of whoever reads what is said now: English unless told otherwise."""
    return _language.get()


def speak(language: Language) -> None:
    """Say everything in this language from now on, in this thread or task."""
    _language.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Say everything in this language within a `with` block."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def first_language(tags: Iterable[str]) -> Language | None:
    """Return the first language that we speak.

    Args:
        tags: languages by their tags, as `zh-Hans-CN`, `zh_CN.UTF-8` or `en`, the best liked first.
    """
    for tag in tags:
        for language in LANGUAGES:
            if tag.strip().lower().replace("_", "-").split("-")[0].split(".")[0] == language:
                return language
    return None


def accepted_languages(header: str) -> list[str]:
    """Return the tags of an `Accept-Language` header, the best liked first."""
    weighted = []
    for part in header.split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        try:
            weighted.append((float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for _, tag in sorted(weighted, key=lambda entry: -entry[0])]


def system_language() -> Language:
    """Return the language of the terminal, by the variables that gettext goes by, or English."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    tags = [os.environ[name] for name in names if os.environ.get(name)][:1]
    return first_language(tags or [locale.getlocale()[0] or ""]) or "en"
