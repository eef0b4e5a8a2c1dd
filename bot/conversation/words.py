"""Recognizes what people type to the bot: commands, yes and no, greetings (words.yaml)."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.conversation.sentences import FEW_WORDS
from surveys.typed_words import clean, fold, plain, shared_words

_SLASH = re.compile(r"\s*/([^\s@/]{1,40})(?:@\w+)?(?:\s+(.*))?\s*", re.DOTALL)


class CommandName(StrEnum):
    """The commands of the bot."""

    START = "start"
    LOOKUP = "lookup"
    HELD = "held"
    WITHDRAW = "withdraw"
    ERASE = "erase"
    LANGUAGE = "language"
    HELP = "help"
    RESUME = "resume"
    PETITION = "petition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command and the text after it; `name` is None for an unknown command."""

    name: CommandName | None
    argument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The lists of words.yaml, folded; commands also without their spaces."""

    commands: Mapping[str, CommandName]
    languages: Mapping[str, str]
    lists: Mapping[str, frozenset[str]]
    beside_codes: tuple[str, ...]
    phrases: Mapping[str, tuple[str, ...]]


def slash_command(text: str) -> Command | None:
    """`/huy`, `/HỦY`, `/tracuu 000…`, `/start@bot token`; None when there is no slash."""
    match = _SLASH.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        return None
    name = words().commands.get(_joined(match[1]))
    return Command(name=name, argument=(match[2] or "").strip())


def bare_command(text: str) -> CommandName | None:
    """The command that the whole text is, without a slash: "hủy", "tra cuu"."""
    return words().commands.get(_joined(text))


def language_named(text: str) -> str | None:
    """The language a text names."""
    return words().languages.get(fold(text))


def language_in_full(text: str) -> str | None:
    """The language that the whole text names, where it can be nothing else: Anh and Việt are also
    people's names."""
    named = fold(text)
    return words().languages.get(named) if named in words().lists["languages_in_full"] else None


def yes_or_no(text: str, language: str) -> bool | None:
    """The meaning of an answer to a yes-or-no question of the bot; 1 is yes and 2 is no, as
    numbered.
    """
    shared = shared_words()
    number = shared.number(text)
    if number in {1, 2}:
        return number == 1
    said = shared.spellings(text, language) | {fold(text)}
    for name, meaning in (("refuse", False), ("call_off", False), ("agree", True)):
        if not said.isdisjoint(words().lists[name]):
            return meaning
    if any(shared.means(text, name, language) for name in ("no", "stop")):
        return False
    return True if shared.means(text, "yes", language) else None


def stops(text: str, language: str) -> bool:
    """Whether a citizen who is asked to write something declines. Huy alone is a name."""
    shared = shared_words()
    if fold(text) in words().lists["call_off"]:
        return plain(text) != fold(text)
    return yes_or_no(text, language) is False or any(
        shared.means(text, name, language) for name in ("stop", "nothing")
    )


def is_said(text: str, name: str, language: str) -> bool:
    """Whether the text is one of the list `greetings` or `thanks`."""
    said = shared_words().spellings(text, language) | {fold(text)}
    return not said.isdisjoint(words().lists[name])


def says(text: str, name: str) -> bool:
    """Whether a short text contains one of the phrases of this list, accents or not."""
    said = fold(text)
    if len(said.split()) > FEW_WORDS:
        return False
    return any(f" {phrase} " in f" {said} " for phrase in words().phrases[name])


def asks(text: str) -> bool:
    """Whether the text is a question."""
    return clean(text)[0].endswith("?") or says(text, "questions")


def without_talk(text: str) -> str:
    """The text without the words people put around a dossier code."""
    folded = fold(text)
    for phrase in words().beside_codes:
        if folded.startswith(f"{phrase} "):
            count = len(phrase.split())
            rest = text.split(maxsplit=count)
            return without_talk(rest[count].lstrip(":.,- ")) if len(rest) > count else text
    return text


@cache
def words() -> Words:
    """The words that come with the product, read once."""
    file = Path(__file__).with_suffix(".yaml")
    tree: dict[str, Any] = yaml.safe_load(unicodedata.normalize("NFC", file.read_text("utf-8")))
    commands = {
        _joined(word): CommandName(name)
        for name, listed in tree.pop("commands").items()
        for word in listed
    }
    languages = {
        fold(word): name for name, listed in tree.pop("languages").items() for word in listed
    }
    beside = sorted(map(fold, tree.pop("beside_codes")), key=len, reverse=True)
    phrases = {name: tuple(map(fold, some)) for name, some in tree.pop("phrases").items()}
    lists = {name: frozenset(map(fold, listed)) for name, listed in tree.items()}
    return Words(
        commands=commands,
        languages=languages,
        lists=lists,
        beside_codes=tuple(beside),
        phrases=phrases,
    )


def _joined(text: str) -> str:
    return fold(text).replace(" ", "")
