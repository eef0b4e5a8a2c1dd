"""Finding the unit a row means, by its code or by its name."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from surveys.errors import Refusal
from surveys.spelling import fold
from surveys.store.base.connection import Connection
from surveys.store.dossiers import units
from surveys.store.dossiers.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitIndex:
    """Every unit by code (whatever its case) and by name (without accents, case and signs)."""

    codes: dict[str, str]
    names: dict[str, list[str]]
    ids: dict[str, int]
    units: dict[str, Unit]

    @classmethod
    async def load(cls, conn: Connection) -> "UnitIndex":
        """All units of the database."""
        found = await units.list_all(conn)
        ids = {code: number for code, (number, _) in found.items()}
        return cls.of((unit for _, unit in found.values()), ids)

    @classmethod
    def of(cls, known: Iterable[Unit], ids: dict[str, int] | None = None) -> "UnitIndex":
        """These units; without numbers when they are not stored yet."""
        listed = {unit.code: unit for unit in known}
        names: defaultdict[str, list[str]] = defaultdict(list)
        for unit in listed.values():
            names[fold(unit.name)].append(unit.code)
        codes = {code.casefold(): code for code in listed}
        return cls(codes=codes, names=dict(names), ids=ids or {}, units=listed)

    def code_of(self, text: str) -> str:
        """The code of the unit that `text` names.

        Raises Refusal `units.unknown`, or `units.ambiguous` when several have that name.
        """
        if code := self.codes.get(text.casefold()):
            return code
        named = self.names.get(fold(text), [])
        if len(named) > 1:
            raise Refusal("units.ambiguous", unit=text, codes=", ".join(sorted(named)))
        if not named:
            raise Refusal("units.unknown", unit=text)
        return named[0]

    def id_of(self, text: str) -> int:
        """The number of the stored unit that `text` names; raises as `code_of`."""
        return self.ids[self.code_of(text)]
