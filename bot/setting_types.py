"""The kinds of value that settings hold."""

from dataclasses import dataclass
from datetime import time
from typing import Annotated

from msgspec import Meta

Percent = Annotated[int, Meta(ge=0, le=100)]
Days = Annotated[int, Meta(ge=1, le=36_500)]
"""At most a century: more would exceed the range of dates in the middle of a conversation."""
Count = Annotated[int, Meta(ge=1)]
Hour = Annotated[time, Meta(tz=False)]
MASK = "**********"


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A text that is not shown when it is printed, logged or formatted."""

    _text: str

    def get_secret_value(self) -> str:
        """The text itself."""
        return self._text

    def __str__(self) -> str:
        return MASK if self._text else ""

    def __repr__(self) -> str:
        return f"Secret({str(self)!r})"
