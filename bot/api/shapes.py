"""What the API says, as types: answers are encoded from them, and the OpenAPI document made."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, defstruct

from bot.api.intake import Field, Scalar
from surveys.store.pushing.survey_states import SurveyState

MOST_DOSSIERS = 200
"""The most dossiers of one request: about 60 ms of work, so no citizen waits long for it."""


class Reason(Struct, frozen=True, kw_only=True):
    """Why a row was rejected; the same codes and sentences as those of a file import."""

    code: str
    message: str
    column: str | None = None


class Rejection(Struct, frozen=True, kw_only=True):
    """A rejected row; `row` counts from 1 in the order of the request."""

    row: int
    dossier: str | None
    reason: Reason


class Oddity(Struct, frozen=True, kw_only=True):
    """Something to look at in accepted rows."""

    code: str
    count: int
    rows: list[str]
    message: str


class Pushed(Struct, frozen=True, kw_only=True):
    """What became of the rows: `rows` = `accepted` + `rejected`, and `accepted` = `new` +
    `changed` + `same`. `import_id` is the number for `motcua imports show`; null: nothing changed.
    """

    rows: int
    accepted: int
    rejected: int
    new: int
    changed: int
    same: int
    import_id: int | None
    rejections: list[Rejection]
    warnings: list[Oddity]


class Survey(Struct, frozen=True, kw_only=True):
    """How far the survey about a dossier is; never what was answered, or by whom."""

    dossier: str
    state: SurveyState
    asked_on: date | None
    answered_on: date | None


class Problem(Struct, frozen=True, kw_only=True):
    """Why a whole request was refused."""

    code: str
    message: str


class Failed(Struct, frozen=True, kw_only=True):
    """The answer to a request that was refused as a whole."""

    error: Problem


class SurveyChanged(Struct, frozen=True, kw_only=True):
    """The body of a webhook: the survey about a dossier has reached a state."""

    id: str
    kind: Literal["survey.changed"]
    dossier: str
    unit: str
    state: SurveyState
    at: datetime


def dossier_shape(fields: list[Field]) -> type[Struct]:
    """The type of one pushed dossier, from the columns that an import recognizes."""
    told: list[tuple[str, Any] | tuple[str, Any, Any]] = [
        (one.name, Annotated[str, Meta(description=one.title, min_length=1)])
        for one in fields
        if one.required
    ]
    told += [
        (one.name, Annotated[Scalar, Meta(description=one.title)], None)
        for one in fields
        if not one.required
    ]
    return defstruct("Dossier", told, kw_only=True, forbid_unknown_fields=True)


def dossiers_shape(dossier: type[Struct]) -> type[Struct]:
    """The type of a request with several dossiers."""
    several = Annotated[list[dossier], Meta(min_length=1, max_length=MOST_DOSSIERS)]  # type: ignore[valid-type]
    return defstruct("Dossiers", [("dossiers", several)], forbid_unknown_fields=True)
