"""Turns what is signed into JSON texts and back, so that it is printed and not computed again."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from admin.rating.result import RatingResult
from scoring.law import Rulebook
from scoring.marked import Place
from surveys.store.results.ratings import OutcomeCounts

if TYPE_CHECKING:
    from pydantic import TypeAdapter

RATING, TALLY, OFFICIALS = "rating", "tally", "officials"
"""The names of the parts, besides the dossiers."""
Officials = Mapping[tuple[str, str], OutcomeCounts]


@cache
def _adapter() -> "TypeAdapter[RatingResult]":
    from pydantic import TypeAdapter

    return TypeAdapter(RatingResult)


def rating_text(result: RatingResult) -> str:
    """A rating as JSON: evidence, rulebook, figures, warnings in words."""
    rating = replace(result.rating, warnings=tuple(one.kept() for one in result.rating.warnings))
    whole = replace(
        result,
        rating=replace(rating, rulebook=_nowhere(rating.rulebook)),
        past=None,
        mark=None,
    )
    return _adapter().dump_json(whole, fallback=dict, warnings="none").decode()


def rating_from(text: str) -> RatingResult:
    """Read what `rating_text` wrote; a field that a later version added has its default."""
    levels = json.loads(text)["rating"]["rulebook"]["levels"]
    return _adapter().validate_json(text, context={"levels": levels})


def _nowhere(book: Rulebook) -> Rulebook:
    """The rulebook without the folder of its file, which is of this machine."""
    place = Place(file=Path(book.place.file).name, line=book.place.line)
    return book.model_copy(update={"place": place})


def officials_text(counted: Officials) -> str:
    """The outcomes by unit and official as JSON."""
    rows = [[unit, officer, outcomes] for (unit, officer), outcomes in counted.items()]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def officials_from(text: str) -> Officials:
    """Read what `officials_text` wrote."""
    return {(unit, officer): outcomes for unit, officer, outcomes in json.loads(text)}
