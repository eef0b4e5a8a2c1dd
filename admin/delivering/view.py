"""The status of delivery for people and programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from admin.delivering.status import DeliveryStatus, QueueCount
from admin.kit.output import Block
from admin.kit.runtime import Runtime
from admin.kit.tables import Row, Table
from surveys.store.pushing.webhooks import HookCount
from surveys.store.queues.inbox import SetAside

COUNTED = "queue channel bot kind state count meaning"
TROUBLES = "channel bot state reason count"
SET_ASIDE = "id channel bot received_at tries reason"
WEBHOOKS = "system state count meaning reason"
LISTS = (("troubles", TROUBLES), ("set_aside", SET_ASIDE), ("webhooks", WEBHOOKS))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """The status with its words, ready for every format."""

    runtime: Runtime
    status: DeliveryStatus

    def blocks(self) -> Iterator[Block]:
        """Counts with their meaning, then errors, updates set aside and webhooks, if any."""
        found = self.as_json()
        yield self._table("counts", COUNTED, found["counts"])
        for name, keys in LISTS:
            if found[name]:
                yield self._table(name, keys, found[name])

    def as_json(self) -> dict[str, Any]:
        """The four lists."""
        return {
            "counts": [self._counted(one) for one in self.status.counts],
            "troubles": [asdict(one) for one in self.status.troubles],
            "set_aside": [self._set_aside(one) for one in self.status.set_aside],
            "webhooks": [self._hook(one) for one in self.status.webhooks],
        }

    def as_rows(self) -> tuple[Sequence[Row], Sequence[str]]:
        """The counts."""
        return [self._counted(one) for one in self.status.counts], COUNTED.split()

    def _counted(self, one: QueueCount) -> dict[str, Any]:
        meaning = self.runtime.text(f"delivery.meanings.{one.queue}.{one.state}")
        return asdict(one) | {"meaning": meaning}

    def _hook(self, one: HookCount) -> dict[str, Any]:
        return asdict(one) | {"meaning": self.runtime.text(f"delivery.meanings.hook.{one.state}")}

    def _set_aside(self, one: SetAside) -> dict[str, Any]:
        received = self.runtime.local(datetime.fromtimestamp(one.received_ms / 1_000, UTC))
        return asdict(one) | {"received_at": received.replace(microsecond=0).isoformat()}

    def _table(self, name: str, keys: str, rows: Sequence[Row]) -> Table:
        return Table(
            columns=self.runtime.columns("delivery.columns", keys, codes="id bot"),
            rows=[self._in_words(row) for row in rows],
            title=self.runtime.text(f"delivery.titles.{name}"),
        )

    def _in_words(self, row: Row) -> Row:
        """The row with its ids replaced by words."""
        words = dict(row)
        for key in ("queue", "kind", "state"):
            if row.get(key):
                words[key] = self.runtime.text(f"delivery.{key}s.{row[key]}")
        return words
