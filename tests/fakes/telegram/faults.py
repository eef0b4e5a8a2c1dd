"""Things that go wrong on purpose: which call, how often, before or after it had its effect."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from random import Random
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong."""

    TOO_MANY = "too_many"
    """429 with `seconds` as retry_after."""
    STATUS = "status"
    """`code` without effect: 500 in JSON, 502 as the HTML of a proxy, others with `description`."""
    HANG = "hang"
    """Never an answer."""
    CUT = "cut"
    """The connection is closed instead of an answer."""
    TRUNCATED = "truncated"
    """200, but half of the JSON."""
    SLOW = "slow"
    """The right answer, `seconds` late."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault. `method` and `chat` of None fit every call; `times` None never ends.

    `skip` lets this many fitting calls through first; `chance` is the share of calls that fail.
    With `effect` the call is carried out first (a HANG, CUT or SLOW that has happened all the
    same); a TRUNCATED answer always has its effect.
    """

    kind: FaultKind
    method: str | None = None
    chat: int | None = None
    times: int | None = 1
    skip: int = 0
    chance: float = 1.0
    effect: bool = False
    seconds: float = 1.0
    code: int = 500
    description: str = "Internal Server Error"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Fault":
        """A fault as the control API gets it."""
        known = {item.name for item in fields(cls)}
        given = {name: value for name, value in data.items() if name in known}
        return cls(**(given | {"kind": FaultKind(data["kind"])}))

    def fits(self, method: str, chat: int | None) -> bool:
        """Whether it is about this call."""
        return (self.method is None or self.method.lower() == method.lower()) and (
            self.chat is None or self.chat == chat
        )


class Faults:
    """The faults still to come; `seed` decides those with a chance."""

    def __init__(self, seed: int = 0) -> None:
        self._waiting: list[Fault] = []
        self._random = Random(seed)

    def add(self, fault: Fault) -> None:
        """Let it happen from now on."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """No more faults."""
        self._waiting.clear()

    def take(self, method: str, chat: int | None) -> Fault | None:
        """The fault that applies to this call, used up by one."""
        for fault in self._waiting:
            if fault.fits(method, chat) and self._strikes(fault):
                return fault
        return None

    def _strikes(self, fault: Fault) -> bool:
        if fault.chance < 1 and self._random.random() >= fault.chance:
            return False
        if fault.skip:
            fault.skip -= 1
            return False
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
        return True
