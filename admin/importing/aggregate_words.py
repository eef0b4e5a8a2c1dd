"""What the columns of aggregate tables mean and what must add up: `aggregates.yaml`, or a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoring.metric import FactOf
from scoring.model import Text
from scoring.supported import FactKind
from surveys.errors import Refusal
from surveys.spelling import fold

SHIPPED = Path(__file__).parent / "aggregates.yaml"
Label = tuple[str, ...]
"""Words that follow one another in the headers of a column, from the top down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """A whole and the parts that make it up."""

    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A form that is known by words above its table."""

    title: Text
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregateWords:
    """The words of aggregate tables. `parts`: part and a whole it cannot exceed. `own`: quantity →
    the counts of `surveys.intake.Intake` that add up to it."""

    unit: frozenset[str]
    serial: frozenset[str]
    families: Mapping[str, Family]
    facts: Mapping[str, FactOf]
    labels: Mapping[str, tuple[Label, ...]]
    equations: tuple[Equation, ...]
    parts: tuple[tuple[str, str], ...]
    own: Mapping[str, tuple[str, ...]]

    def quantity(self, parts: Sequence[str]) -> tuple[str, int] | None:
        """The quantity that a column with these header words holds, and how much of them it names;
        None for any other column."""
        text = " > ".join(fold(part) for part in parts)
        found = [
            (_fit(text, label), name) for name, labels in self.labels.items() for label in labels
        ]
        length, name = max(found, default=(0, ""))
        return (name, length) if length and not text.startswith(RATES) else None


WHOLE = "="
"""Begins a label that is the whole header of its column."""
RATES = ("ty le", "ti le")
"""A column of percentages holds no count."""


def load_words(path: Path = SHIPPED) -> AggregateWords:
    """Read the shipped file, or another of its shape.

    Raises OSError, and Refusal `facts.bad_families` naming the file and what is wrong.
    """
    import yaml

    from surveys.yaml_lines import load_foreign

    try:
        return _words(load_foreign(path.read_text("utf-8")))
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        detail = " ".join(str(error).split())[:200]
        raise Refusal("facts.bad_families", file=path.name, detail=detail) from None


def _words(told: Mapping[str, Any]) -> AggregateWords:
    quantities: Mapping[str, Any] = told["quantities"]
    equations = tuple(
        Equation(whole=one["whole"], parts=tuple(one["parts"])) for one in told["equations"]
    )
    parts = tuple((part, whole) for whole, listed in told["parts"].items() for part in listed)
    own = {name: tuple(counts) for name, counts in told.get("own", {}).items()}
    named = {
        *(name for pair in parts for name in pair),
        *own,
        *(name for e in equations for name in (e.whole, *e.parts)),
    }
    if unknown := sorted(named - quantities.keys()):
        raise ValueError(", ".join(unknown))
    return AggregateWords(
        unit=frozenset(map(fold, told["unit"])),
        serial=frozenset(map(fold, told["serial"])),
        families={name: _family(one) for name, one in told.get("families", {}).items()},
        facts={
            name: FactOf(kind=FactKind.COUNT, text=Text(**one["text"]))
            for name, one in quantities.items()
        },
        labels={name: tuple(map(_label, one["labels"])) for name, one in quantities.items()},
        equations=equations,
        parts=parts,
        own=own,
    )


def _family(told: Mapping[str, Any]) -> Family:
    return Family(title=Text(**told["title"]), words=tuple(map(fold, told["words"])))


def _label(written: str) -> Label:
    whole = (WHOLE,) if written.lstrip().startswith(WHOLE) else ()
    return (*whole, *(piece for one in written.split(">") if (piece := fold(one))))


def _fit(text: str, label: Label) -> int:
    """The length of a label whose pieces follow one another in the text; 0 if they do not. One that
    begins with `=` must be the whole text.
    """
    if label[0] == WHOLE:
        return sum(map(len, label)) if text == " > ".join(label[1:]) else 0
    padded, at = f" {text} ", 0
    for piece in label:
        found = padded.find(f" {piece} ", at)
        if found < 0:
            return 0
        at = found + len(piece) + 1
    return sum(map(len, label))
