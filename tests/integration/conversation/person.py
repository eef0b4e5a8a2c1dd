"""A citizen with a phone: types, taps, and reads what comes back."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Table, select

from bot.conversation import Conversation
from bot.messages import Button, Incoming, IncomingKind, Outgoing
from bot.sealing import open_message
from surveys.store.base import schema
from surveys.store.base.database import Database
from surveys.store.dossiers import links
from tests.integration.rows import add_dossier, add_unit, opened

NOW = datetime(2021, 6, 1, 3, 0, tzinfo=UTC)
CODE = "000.17.22.H56-210503-0001"
TOKEN = "x" * 22


@dataclass(kw_only=True, repr=False)
class House:
    """One deployment: its database, its conversation, the time, the number of the next update."""

    database: Database
    conversation: Conversation
    now: datetime = NOW
    numbers: Any = field(default_factory=lambda: count(1))

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    def person(self, address: str = "1001", channel: str = "telegram", **more: object) -> "Person":
        """Somebody with a chat of their own."""
        return Person(house=self, address=address, channel=channel, more=more)

    async def dossier(self, code: str = CODE, token: str = TOKEN, **columns: object) -> int:
        """A dossier (returned, unless `columns` say otherwise) with a link; returns its id."""
        async with self.database.write() as conn:
            units = await conn.scalar(
                select(schema.units.c.id).where(schema.units.c.code == "XA01")
            )
            unit = units or await add_unit(conn, "XA01", name="UBND xã An Hòa")
            number = await add_dossier(conn, unit, code, **columns)
            lasts = timedelta(days=90)
            await links.make(conn, number, token, self.now, lasts)
            return number

    async def rows(self, table: Table) -> list[dict[str, Any]]:
        """Every row of a table, in the order of its first column."""
        async with self.database.read() as conn:
            found = await conn.execute(select(table).order_by(*list(table.c)[:2]))
            return [dict(row) for row in found.mappings()]

    async def answers(self) -> dict[str, str | None]:
        """Question → current option or text; a text that is not sealed fails."""
        rows = await self.rows(schema.answers)
        return {
            row["question"]: row["option"] or (row["text"] and opened(row["text"]))
            for row in rows
            if row["latest"]
        }


@dataclass(kw_only=True)
class Person:
    """One chat. `last` are the replies to the latest message."""

    house: House
    address: str
    channel: str
    more: dict[str, Any]
    last: list[Outgoing] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything that the latest message was answered with."""
        return "\n".join(message.text for message in self.last)

    @property
    def labels(self) -> list[str]:
        """The buttons of the latest replies."""
        return [button.label for button in self._buttons()]

    async def opens(self, token: str = TOKEN) -> str:
        """Open a link (or, with an empty token, the chat)."""
        return await self.does(IncomingKind.START, text=token)

    async def types(self, *texts: str, ref: str = "") -> str:
        """Type messages; returns the answer to the last."""
        for text in texts:
            await self.does(IncomingKind.TEXT, text=text, message_ref=ref)
        return self.text

    async def taps(self, *labels: str) -> str:
        """Tap the buttons whose labels begin so, one after the other."""
        for label in labels:
            await self.does(IncomingKind.TAP, data=self.data(label))
        return self.text

    def data(self, label: str) -> str:
        """What the button with this label would send."""
        found = [one.data for one in self._buttons() if one.label.startswith(label)]
        assert found, f"no button {label!r} among {self.labels}"
        return found[-1]

    async def does(self, kind: IncomingKind, **what: Any) -> str:  # noqa: ANN401
        """Anything else; returns the answer."""
        incoming = Incoming(
            channel=self.channel, bot="main", address=self.address, kind=kind, **(self.more | what)
        )
        return await self.sends(incoming, next(self.house.numbers))

    async def sends(self, incoming: Incoming, number: int) -> str:
        """An update as it comes out of the inbox, under its number."""
        async with self.house.database.write() as conn:
            await self.house.conversation.handle(conn, incoming, number, self.house.now)
            query = select(schema.outbox).order_by(schema.outbox.c.id)
            rows = (await conn.execute(query)).mappings().all()
        own = [row for row in rows if row["dedup_key"].startswith(f"in:{number}:")]
        keyring = self.house.conversation.context.keyring
        self.last = [open_message(keyring, row["message"]) for row in own]
        return self.text

    async def consents(self, token: str = TOKEN) -> str:
        """Open the link and agree: the first question is there."""
        await self.opens(token)
        return await self.taps("Đồng ý")

    async def contact(self) -> dict[str, Any]:
        """The row of this chat."""
        keyring = self.house.conversation.context.keyring
        key = keyring.chat_key(self.channel, "main", self.address)
        rows = await self.house.rows(schema.contacts)
        return next(row for row in rows if row["chat_key"] == key)

    def _buttons(self) -> list[Button]:
        return [button for one in self.last for row in one.buttons for button in row]
