"""Interprets typed text: an option of the current question, a move, or neither."""

from collections.abc import Sequence
from functools import lru_cache

from surveys.form_model import Kind, Option, Question
from surveys.typed_words import count, fold, plain, shared_words

MOVES = ("skip", "back", "stop")


def numbers(option_ids: Sequence[str]) -> tuple[int, ...]:
    """The number to show, and to type, for each option: its id when all ids are numbers."""
    by_id = [count(one) for one in option_ids]
    positions = range(1, len(option_ids) + 1)
    return tuple(positions) if None in by_id else tuple(one for one in by_id if one is not None)


def option_of(question: Question, text: str, language: str) -> Option | None:
    """The one option this text means, or None.

    Compared in this order: the option's words as written, then without accents, shorthands and
    politeness, in the citizen's language before the others; its number on the screen; its id; the
    shared words for yes, no and "don't know".
    """
    return (
        _spelled(question, text, language)
        or _numbered(question, text, language)
        or _shared(question, text, language)
    )


def move_of(text: str, language: str) -> str | None:
    """The one of MOVES that the text asks for, or None."""
    words = shared_words()
    return next((move for move in MOVES if words.means(text, move, language)), None)


def declines(question: Question, text: str, language: str) -> bool:
    """Whether the text says that there is no answer to this question."""
    name = "nothing" if question.kind is Kind.TEXT else "no_answer"
    return shared_words().means(text, name, language)


def _spelled(question: Question, text: str, language: str) -> Option | None:
    typed = ({plain(text)}, _loose(text, language))
    for spoken in _languages(question, language):
        for level, forms in enumerate(typed):
            found = [
                option
                for option in question.options
                if not forms.isdisjoint(_spellings(option, spoken)[level])
            ]
            if len(found) == 1:
                return found[0]
    return None


def _loose(text: str, language: str) -> set[str]:
    """The text without accents; empty if the text as written is a move: "dừng" is not "đúng"."""
    words = shared_words()
    moves = any(words.writes(text, move, language) for move in MOVES)
    return set() if moves else words.spellings(text, language)


def _languages(question: Question, language: str) -> list[str]:
    others = {spoken for option in question.options for spoken in option.text.keys() | option.words}
    return [language, *sorted(others - {language})]


def _spellings(option: Option, language: str) -> tuple[set[str], set[str]]:
    own = [option.text.get(language, ""), *option.words.get(language, ())]
    spelled = [_spelling(one, language) for one in own]
    return {exact for exact, _ in spelled} - {""}, {one for _, two in spelled for one in two} - {""}


@lru_cache(maxsize=4096)
def _spelling(word: str, language: str) -> tuple[str, frozenset[str]]:
    """A form's word in both forms of comparison: exact and without accents. Cached, so never call
    it with user input.
    """
    return plain(word), frozenset({fold(word), fold(shared_words().expand(word, language))})


def _numbered(question: Question, text: str, language: str) -> Option | None:
    """By number, alone or copied with its line ("1. Rất hài lòng"); or by the option's id."""
    ids = [option.id for option in question.options]
    by_number = dict(zip(numbers(ids), question.options, strict=True))
    number = shared_words().number(text)
    if number is not None:
        return by_number.get(number)
    first, _, rest = plain(text).partition(" ")
    copied = by_number.get(count(first) or -1)
    if copied is not None and _spelled(question, rest, language) == copied:
        return copied
    return next((option for option in question.options if plain(option.id) == plain(text)), None)


def _shared(question: Question, text: str, language: str) -> Option | None:
    """Match the shared words; never with an option that opens a complaint, since "ok" reports
    nobody.
    """
    words = shared_words()
    if question.kind is Kind.YES_NO:
        reported = question.complaint.option if question.complaint else None
        for name in ("yes", "no") if move_of(text, language) is None else ():
            if name != reported and words.means(text, name, language):
                return question.option(name)
    silent = [option for option in question.options if option.no_answer]
    if len(silent) == 1 and words.means(text, "no_answer", language):
        return silent[0]
    return None
