"""Requests of citizens about their own data, and the legal deadline of each."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from surveys import yaml_lines


class RequestKind(StrEnum):
    """The kind of a request."""

    VIEW = "view"
    WITHDRAW = "withdraw"
    ERASE = "erase"


class Deadline(BaseModel):
    """The number of days allowed, and the legal source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(ge=0)
    source: str


def due_on(kind: RequestKind, received: date) -> date:
    """The last day to fulfil a request received on the day `received`."""
    return received + timedelta(days=deadlines()[kind].days)


@cache
def deadlines() -> Mapping[RequestKind, Deadline]:
    """The deadlines of rights.yaml, one for each kind of request."""
    tree = yaml_lines.load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    return MappingProxyType({kind: Deadline.model_validate(tree[kind]) for kind in RequestKind})
