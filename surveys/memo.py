"""Remembers what a function gave for a text: columns repeat a few hundred texts again and again."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
MOST = 20_000
"""At most this number of texts is kept; then all are forgotten, so that a column of codes needs no
memory."""
LONGEST = 100
"""Longer texts are not kept."""


class Memo(dict[str, T]):
    """`memo[text]` is the function's result; what it raises is raised each time."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[[str], T]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, text: str) -> T:
        """Call the function."""
        found = self._function(text)
        if len(text) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[text] = found
        return found
