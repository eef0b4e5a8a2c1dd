"""Finds the unit a row names, by its code, its name, or a confirmed alias."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from admin.importing.unit_names import likely
from surveys.errors import Refusal
from surveys.period import Period
from surveys.spelling import name_key
from surveys.store.base.connection import Connection
from surveys.store.dossiers import unit_aliases, units
from surveys.store.dossiers.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitIndex:
    """Every unit by code (case ignored) and by name and alias (case and punctuation ignored,
    tones kept: Phú Thành is not Phú Thạnh)."""

    codes: Mapping[str, str]
    names: Mapping[str, list[str]]
    aliases: Mapping[str, str]
    ids: Mapping[str, int]
    units: Mapping[str, Unit]

    @classmethod
    async def load(cls, conn: Connection) -> "UnitIndex":
        """Load all units of the database, with their aliases."""
        found = await units.list_all(conn)
        ids = {code: number for code, (number, _) in found.items()}
        aliases = {one.key: one.unit for one in await unit_aliases.list_all(conn)}
        return cls.of((unit for _, unit in found.values()), ids, aliases)

    @classmethod
    def of(
        cls,
        known: Iterable[Unit],
        ids: Mapping[str, int] | None = None,
        aliases: Mapping[str, str] | None = None,
    ) -> "UnitIndex":
        """Index these units; they have no numbers if they are not stored yet."""
        listed = {unit.code: unit for unit in known}
        names: defaultdict[str, list[str]] = defaultdict(list)
        for unit in listed.values():
            names[name_key(unit.name)].append(unit.code)
        return cls(
            codes={code.casefold(): code for code in listed},
            names=dict(names),
            aliases=aliases or {},
            ids=ids or {},
            units=listed,
        )

    def code_of(self, text: str) -> str:
        """The code of the unit that `text` names.

        Raises Refusal `units.ambiguous` if several have that name, `units.unknown_likely` or
        `.unknown_several` if it only resembles the name of one or several, else `units.unknown`.
        """
        if code := self.codes.get(text.casefold()):
            return code
        key = name_key(text)
        named = self.names.get(key, [])
        if len(named) > 1:
            raise Refusal("units.ambiguous", unit=text, codes=", ".join(sorted(named)))
        found = named[0] if named else self.aliases.get(key)
        if found is None:
            raise self._unknown(text)
        return found

    def find_exact(self, text: str) -> str | None:
        """The code of the one unit that has this code or this name; aliases do not count."""
        named = self.names.get(name_key(text), [])
        return self.codes.get(text.casefold()) or (named[0] if len(named) == 1 else None)

    def find_likely(self, text: str) -> Unit | None:
        """The unit with this code or name, or the only one that `text` resembles."""
        found = self.find_exact(text)
        near = likely(text, ((unit.name, code) for code, unit in self.units.items()))
        code = found or (near[0] if len(near) == 1 else None)
        return None if code is None else self.units[code]

    def id_of(self, text: str) -> int:
        """The number of the stored unit that `text` names; raises as `code_of`."""
        return self.ids[self.code_of(text)]

    def id_within(self, text: str, period: Period) -> int:
        """The number of the unit that `text` names, which must not have ended before the period.

        Raises Refusal `units.ended_merged`, `units.ended`, `units.ended_split`, or as `code_of`.
        """
        code = self.code_of(text)
        unit = self.units[code]
        if unit.valid_to is None or unit.valid_to >= period.start:
            return self.ids[code]
        day = f"{unit.valid_to:%d/%m/%Y}"
        if unit.successor is None:
            raise self.ended(unit, f"{period.start:%d/%m/%Y}")
        after = {"successor": self.units[unit.successor].name, "period": period.id}
        raise Refusal("units.ended_merged", unit=unit.name, day=day, **after)

    def ended(self, unit: Unit, used: str) -> Refusal:
        """The refusal of a unit that ended before the day `used` and has no one successor."""
        day = f"{unit.valid_to:%d/%m/%Y}"
        if not unit.split_into:
            return Refusal("units.ended", unit=unit.name, day=day, used=used)
        parts = ", ".join(f"{code} {self.units[code].name}" for code in unit.split_into)
        return Refusal("units.ended_split", unit=unit.name, day=day, used=used, parts=parts)

    def _unknown(self, text: str) -> Refusal:
        found = likely(text, ((unit.name, code) for code, unit in self.units.items()))
        if len(found) == 1:
            params = {"unit": text, "likely": found[0], "name": self.units[found[0]].name}
            return Refusal("units.unknown_likely", **params)
        if found:
            named = ", ".join(f"{code} {self.units[code].name}" for code in found)
            return Refusal("units.unknown_several", unit=text, names=named)
        return Refusal("units.unknown", unit=text)
