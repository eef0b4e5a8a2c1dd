"""The words of printed tables as data: headers, relations, levels, grades (`vocabulary.yaml`)."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from scoring.marked import load
from scoring.reconcile.figures import Kind
from scoring.reconcile.labels import key, plain, starts_with, unnumbered, without

SHIPPED = Path(__file__).parent / "vocabulary.yaml"
Words = tuple[str, ...]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Quantity(_Part):
    """A quantity that tables print; `of`: what a percentage of it may be taken of, usual first.

    `shared`: the same quantity in every table of the same period and scope.
    """

    kind: Kind
    names: Words
    of: Words = ()
    shared: bool = True


class Derived(_Part):
    """A quantity that may be the sum of others if it is not printed; without `sums` only as a
    denominator.
    """

    parts: Words
    sums: bool


class Apart(_Part):
    """A quantity that the whole may or may not include, in a table `without` a certain column."""

    quantity: str
    without: str


class Relation(_Part):
    """A whole and its parts, as described in the file."""

    whole: str
    parts: Words = ()
    optional: Words = ()
    rest: bool = False
    unless: str | None = None
    apart: Apart | None = None


class Vocabulary(_Part):
    """The content of the vocabulary file."""

    columns: Mapping[str, Quantity]
    rate_words: Words
    base_words: Words
    fillers: Words
    derived: Mapping[str, Derived]
    relations: tuple[Relation, ...]
    disjoint_bases: tuple[Relation, ...]
    levels: Mapping[str, Words]
    grades: Mapping[str, Words]
    states: Mapping[str, Words]
    blank: Words
    zero: Words
    settings: Mapping[str, Words]
    comparisons: Mapping[str, Words]
    claim_fillers: Words = Field(default=())

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        return {name: id_ for id_, column in self.columns.items() for name in column.names}

    def quantity(self, header: str) -> str | None:
        """The id of the quantity a header names, or None."""
        for text in (key(header), plain(header), plain(header.replace("/", " "))):
            for candidate in (text, without(text, self.fillers)):
                found = self._by_name.get(candidate) or self._by_id(candidate)
                if found:
                    return found
        return None

    def _by_id(self, text: str) -> str | None:
        name = text.replace(" ", "_")
        return name if name in self.columns else None

    def setting(self, text: str) -> str | None:
        """The id of a setting line's first cell, or None."""
        return self._word(self.settings, key(text))

    def grade(self, text: str | None) -> str | None:
        """The id of a printed grade, or of the state of a unit without one."""
        return self._word({**self.grades, **self.states}, key(text)) if text else None

    def level(self, text: str | None) -> str | None:
        """The level a cell of the level column names."""
        return self._word(self.levels, key(text)) if text else None

    def level_of_name(self, name: str) -> str:
        """The level of a row, inferred from its name."""
        text = key(unnumbered(name))
        block = any(starts_with(text, word) for word in self.levels["block"])
        head = next((w for w in self.levels["total"] if starts_with(text, w)), "")
        rest = text.removeprefix(head).strip()
        if head and any(starts_with(rest, word) for word in self.levels["block"]):
            return "block"
        if head and (not rest or head.startswith(("tong", "toan", "total"))):
            return "total"
        return "block" if block else "unit"

    def is_blank(self, text: str) -> bool:
        """Whether a cell is blank or a placeholder for blank."""
        return text.strip().casefold() in self.blank

    def is_zero(self, text: str) -> bool:
        """Whether a cell says zero in words."""
        return plain(text) in self.zero

    def _word(self, table: Mapping[str, Words], text: str) -> str | None:
        return next((id_ for id_, words in table.items() if text in words), None)


def load_vocabulary(path: Path = SHIPPED) -> Vocabulary:
    """Load the shipped vocabulary, or another file of the same shape."""
    return Vocabulary(**load(path.read_text("utf-8")))
