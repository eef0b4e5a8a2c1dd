"""What a piece of code says to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def noted() -> Iterator[list[tuple[str, Any]]]:
    """Every statement of this process, with its parameters, in order; of both databases."""
    said: list[tuple[str, Any]] = []

    def note(*about: Any) -> None:  # noqa: ANN401 - as SQLAlchemy calls it
        said.append((about[2], about[3]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)
