"""Reading rulebooks: by file, by id; what two of them say differently.

A rulebook may extend another one and then states only what differs. Its identity (id, title,
source, validity) is always its own.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scoring.errors import Refusal
from scoring.law import Rulebook
from scoring.marked import Marked, read_marked
from scoring.supported import UNLISTED_LEVELS, Validity

SHIPPED = Path(__file__).parent / "rulebooks"
"""The folder of the rulebooks that come with the program."""

_OWN = frozenset(
    {
        "id",
        "version",
        "scope",
        "title",
        "source",
        "valid_from",
        "valid_to",
        "extends",
        "local_decision",
    }
)
_READER_ADDS = frozenset({"place", "checksum", "base_checksum"})
_NOT_COMPARED = frozenset({"place", "checksum", "base_checksum", "extends"})


class Difference(NamedTuple):
    """A key on which two rulebooks disagree; None: the rulebook does not have it."""

    key: str
    one: str | None
    other: str | None


def load_rulebook(path: Path) -> Rulebook:
    """Read and check one rulebook.

    Raises Refusal `rulebooks.*` with file, line and key of what is wrong.
    """
    marked, checksum = _read(path)
    base_id = marked.tree.get("extends")
    if base_id is None:
        return _checked(marked, checksum, None)
    base, base_checksum = _read(_base_path(path, str(base_id), marked))
    if "extends" in base.tree:
        place = marked.place(("extends",))
        raise Refusal("rulebooks.chain", file=place.file, line=place.line, base=base_id)
    return _checked(marked.over(base.without(_OWN)), checksum, base_checksum)


def load_rulebooks(folder: Path) -> tuple[Rulebook, ...]:
    """Every `*.yaml` of a folder, in the order of the ids.

    Raises Refusal as `load_rulebook`, or `rulebooks.id_twice`.
    """
    rulebooks = sorted((load_rulebook(path) for path in folder.glob("*.yaml")), key=_id)
    for one, other in combinations(rulebooks, 2):
        if one.id == other.id:
            raise Refusal("rulebooks.id_twice", id=one.id, **_both_places(one, other))
    return tuple(rulebooks)


@cache
def shipped_rulebooks() -> tuple[Rulebook, ...]:
    """The rulebooks that come with the program, in the order of their ids."""
    return load_rulebooks(SHIPPED)


def find_rulebook(rulebook_id: str, among: Iterable[Rulebook] | None = None) -> Rulebook:
    """The rulebook with this id, shipped unless `among` others; only its own file is read.

    Raises Refusal `rulebooks.unknown` naming those there are, or as `load_rulebook`.
    """
    if among is None:
        known = sorted(path.stem for path in SHIPPED.glob("*.yaml"))
        if rulebook_id in known:
            return load_rulebook(SHIPPED / f"{rulebook_id}.yaml")
    else:
        by_id = {rulebook.id: rulebook for rulebook in among}
        if rulebook_id in by_id:
            return by_id[rulebook_id]
        known = list(by_id)
    raise Refusal("rulebooks.unknown", id=rulebook_id, known=", ".join(known))


def refuse_overlaps(rulebooks: Iterable[Rulebook]) -> None:
    """Raises Refusal `rulebooks.overlap` when two national rulebooks share a day."""
    national = [rulebook for rulebook in rulebooks if rulebook.scope is Validity.NATIONAL]
    for one, other in combinations(national, 2):
        day = max(one.valid_from, other.valid_from)
        if one.valid_on(day) and other.valid_on(day):
            raise Refusal("rulebooks.overlap", day=day.isoformat(), **_both_places(one, other))


def applicable(rulebooks: Iterable[Rulebook], first: date, last: date) -> Rulebook:
    """The national rulebook of a period, both days included; before the first or after the last
    one's time, that one.

    Raises Refusal `rulebooks.across_change` naming both when the rules change within the period,
    and as `refuse_overlaps`.
    """
    national = sorted(
        (one for one in rulebooks if one.scope is Validity.NATIONAL), key=lambda b: b.valid_from
    )
    refuse_overlaps(national)
    begun = [one for one in national if one.valid_from <= last] or national[:1]
    in_period = [one for one in begun if one.valid_to is None or one.valid_to >= first]
    if len(in_period) > 1:
        one, other = in_period[-2:]
        day = other.valid_from.isoformat()
        raise Refusal("rulebooks.across_change", one=one.id, other=other.id, day=day)
    return in_period[0] if in_period else begun[-1]


def with_choices(rulebook: Rulebook, choices: Mapping[str, str]) -> Rulebook:
    """The same rulebook with policies settled otherwise: policy → choice.

    Raises Refusal `rulebooks.unknown_policy` or `rulebooks.unknown_choice`.
    """
    tree = rulebook.model_dump()
    for name, choice in choices.items():
        policy = tree["policies"].get(name)
        if policy is None:
            known = ", ".join(tree["policies"])
            raise Refusal("rulebooks.unknown_policy", policy=name, known=known)
        if choice not in policy["choices"]:
            known = ", ".join(policy["choices"])
            raise Refusal("rulebooks.unknown_choice", policy=name, choice=choice, known=known)
        policy["chosen"] = choice
    return Rulebook.model_validate(tree, context={"levels": rulebook.levels})


def diff(one: Rulebook, other: Rulebook) -> list[Difference]:
    """Every key on which the two disagree, sorted by key (`policies.rounding.chosen`)."""
    left, right = _flat(one), _flat(other)
    return [
        Difference(key, left.get(key), right.get(key))
        for key in sorted(left.keys() | right.keys())
        if left.get(key) != right.get(key)
    ]


def _read(path: Path) -> tuple[Marked, str]:
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8"
        raise Refusal("rulebooks.unreadable", file=str(path), line=1, reason=reason) from None
    return read_marked(text, str(path)), hashlib.sha256(content).hexdigest()


def _base_path(path: Path, base_id: str, marked: Marked) -> Path:
    """The extended rulebook: in the folder of the extending one, else among the shipped."""
    name = f"{Path(base_id).name}.yaml"
    for folder in (path.parent, SHIPPED):
        if (folder / name).is_file():
            return folder / name
    place = marked.place(("extends",))
    raise Refusal("rulebooks.base_missing", file=place.file, line=place.line, base=base_id)


def _checked(marked: Marked, checksum: str, base_checksum: str | None) -> Rulebook:
    for key in sorted(_READER_ADDS & marked.tree.keys()):
        place = marked.place((key,))
        raise Refusal("rulebooks.unknown_key", file=place.file, line=place.line, key=key)
    levels = _levels(marked.tree)
    tree: dict[str, Any] = {"levels": levels, **marked.tree}
    tree |= {"place": marked.place(("valid_from",)), "checksum": checksum}
    try:
        return Rulebook.model_validate(
            tree | {"base_checksum": base_checksum}, context={"levels": levels}
        )
    except ValidationError as error:
        raise _refusal(error.errors()[0], marked) from None


def _levels(tree: Mapping[str, Any]) -> list[str]:
    listed = tree.get("levels")
    return [str(level) for level in listed] if isinstance(listed, list) else list(UNLISTED_LEVELS)


_CODES = {"missing": "missing_key", "extra_forbidden": "unknown_key"}
_OWN_CODES = frozenset(
    {
        "bands_order",
        "group_criteria",
        "group_sum",
        "max_missing",
        "metric_criterion",
        "metric_ratio",
        "metric_term",
        "policy_missing",
        "total_sum",
        "criterion_names",
        "criterion_scope",
        "criterion_unknown",
        "fact_known",
        "fact_rule",
        "fact_unknown",
        "levels",
        "points_above_max",
        "points_step",
        "policy_choice",
        "policy_outcome",
        "policy_unknown_choice",
        "valid_to_before_from",
    }
)


def _refusal(error: ErrorDetails, marked: Marked) -> Refusal:
    at = error.get("ctx", {}).get("at")
    path = tuple(at.split("/")) if at else tuple(str(step) for step in error["loc"])
    place = marked.place(path)
    kind = error["type"]
    code = kind if kind in _OWN_CODES else _CODES.get(kind, "bad_value")
    return Refusal(
        f"rulebooks.{code}",
        file=place.file,
        line=place.line,
        key=".".join(path),
        value=_short(error["input"]),
        detail=error["msg"],
    )


def _short(value: object) -> str:
    text = "" if isinstance(value, Mapping | list) else str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _both_places(one: Rulebook, other: Rulebook) -> dict[str, object]:
    return {
        "one": one.id,
        "one_file": one.place.file,
        "one_line": one.place.line,
        "other": other.id,
        "other_file": other.place.file,
        "other_line": other.place.line,
    }


def _id(rulebook: Rulebook) -> str:
    return rulebook.id


def _flat(rulebook: Rulebook) -> dict[str, str]:
    return dict(_leaves(rulebook.model_dump(mode="json", exclude=set(_NOT_COMPARED)), ""))


def _leaves(value: Any, key: str) -> list[tuple[str, str]]:  # noqa: ANN401 - a JSON value
    if isinstance(value, dict):
        return [leaf for name, item in value.items() for leaf in _leaves(item, f"{key}.{name}")]
    if isinstance(value, list):
        numbered = enumerate(value)
        return [leaf for index, item in numbered for leaf in _leaves(item, f"{key}.{index}")]
    return [(key.removeprefix("."), "" if value is None else str(value))]
