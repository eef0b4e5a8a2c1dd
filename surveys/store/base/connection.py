"""The interface of a connection, the same for both databases."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Concatenate, Never, ParamSpec, Protocol, TypeVar, TypeVarTuple, overload

from sqlalchemy import Connection as SyncConnection
from sqlalchemy import CursorResult, Executable
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.selectable import TypedReturnsRows

T = TypeVar("T")
P = ParamSpec("P")
Columns = TypeVarTuple("Columns")
Parameters = Mapping[str, Any]


class Connection(Protocol):
    """A connection within a transaction; SQLAlchemy's `AsyncConnection` is one."""

    @property
    def dialect(self) -> Dialect:
        """The SQL dialect; `dialect.name` is `sqlite` or `postgresql`."""
        ...

    @overload
    async def execute(
        self,
        statement: TypedReturnsRows[*Columns],
        parameters: Parameters | Sequence[Parameters] | None = None,
    ) -> CursorResult[*Columns]: ...

    @overload
    async def execute(
        self,
        statement: Executable,
        parameters: Parameters | Sequence[Parameters] | None = None,
    ) -> CursorResult[*tuple[Any, ...]]: ...

    async def execute(
        self,
        statement: Executable,
        parameters: Parameters | Sequence[Parameters] | None = None,
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement, once for each set of parameters, and buffer its rows."""
        ...

    @overload
    async def scalar(
        self, statement: TypedReturnsRows[Never], parameters: Parameters | None = None
    ) -> Any | None: ...  # noqa: ANN401 - as in the library

    @overload
    async def scalar(
        self, statement: TypedReturnsRows[T], parameters: Parameters | None = None
    ) -> T | None: ...

    @overload
    async def scalar(self, statement: Executable, parameters: Parameters | None = None) -> Any: ...  # noqa: ANN401

    async def scalar(self, statement: Executable, parameters: Parameters | None = None) -> Any:
        """The first column of the first row; None without a row."""
        ...

    async def run_sync(
        self, fn: Callable[Concatenate[SyncConnection, P], T], *arg: P.args, **kw: P.kwargs
    ) -> T:
        """Call a function that needs SQLAlchemy's synchronous connection (Alembic, `inspect`)."""
        ...

    async def rollback(self) -> None:
        """Undo everything the transaction has done so far."""
        ...


Transaction = AbstractAsyncContextManager[Connection]
