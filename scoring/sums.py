"""Groups of criteria, and the check that maxima add up."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field
from pydantic_core import PydanticCustomError

from scoring.model import Line, Model, Points, Text
from scoring.rounding import added, plain


class CriteriaGroup(Model):
    """Criteria whose points are a part of the total; their maxima add up to its `max`."""

    name: Text
    max: Annotated[Points, Field(gt=0)]
    criteria: tuple[Line, ...] = Field(min_length=1)


def check_groups(groups: Mapping[str, CriteriaGroup], most: Mapping[str, Decimal]) -> None:
    """Every criterion with points in one group, and each group's maxima its `max`; one without
    points may be in none. `most`: the most points by criterion.

    Raises PydanticCustomError `group_sum` or `group_criteria` with the place of the group.
    """
    for name, group in groups.items():
        at = {"at": f"groups/{name}/max"}
        unknown = [number for number in group.criteria if number not in most]
        if unknown:
            raise PydanticCustomError("group_criteria", ", ".join(unknown), at)
        whole = added(most[number] for number in group.criteria)
        if whole != group.max:
            raise PydanticCustomError("group_sum", f"{plain(whole)} ≠ {plain(group.max)}", at)
    times = Counter(number for group in groups.values() for number in group.criteria)
    wrong = [n for n, points in most.items() if times[n] > 1 or (points and not times[n])]
    if groups and wrong:
        raise PydanticCustomError("group_criteria", ", ".join(wrong), {"at": "groups"})


def check_total(given: Decimal | None, whole: Decimal) -> None:
    """What all criteria give at most is what the rulebook says (`max_total`).

    Raises PydanticCustomError `total_sum`.
    """
    if given is not None and given != whole:
        detail = f"{plain(whole)} ≠ {plain(given)}"
        raise PydanticCustomError("total_sum", detail, {"at": "max_total"})
