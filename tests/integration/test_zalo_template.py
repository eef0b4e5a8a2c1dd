"""The template's channel against the strict fake, over real sockets: send once, rate once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.base import (
    Capacity,
    ChannelContext,
    DeliveryError,
    Rejected,
    SlowDown,
    Unknown,
    Unreachable,
)
from bot.channels.zalo.events import EventWork, dispatch
from bot.channels.zalo.requests import ServerFailed
from bot.channels.zalo.vendor import Zalo
from bot.channels.zalo_template.channel import ZaloTemplateChannel
from bot.messages import Outgoing
from surveys.errors import Refusal
from surveys.store.base import schema
from surveys.store.base.database import Database
from tests.fakes.context import KEYS, channel_context
from tests.fakes.telegram.faults import FaultKind
from tests.fakes.zalo_template import APP_ID, FakeZaloTemplate, Phone
from tests.integration.rows import add_dossier, add_unit, opened

MORNING = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
"""Nine o'clock in Vietnam."""
NUMBER, ADDRESS = "84987654321", "+84987654321"
FACTS = {
    "code": "000.17.22.H56-260501-••01",
    "unit": "UBND xã An Hòa",
    "returned_on": "31/05/2026",
    "link": "https://motcua.example/#abc",
}


@dataclass(kw_only=True)
class Town:
    """One deployment with a template, at a time that the test moves."""

    fake: FakeZaloTemplate
    database: Database
    now: list[datetime]
    settings: dict[str, Any] = field(default_factory=dict)
    channels: list[ZaloTemplateChannel] = field(default_factory=list)

    @property
    def context(self) -> ChannelContext:
        """What a new process of this deployment is given."""
        given = {**self.fake.settings, "lang": "en", **self.settings}
        return channel_context(self.database, clock=lambda: self.now[0], **given)

    async def channel(self, **settings: object) -> ZaloTemplateChannel:
        """A channel in a process of its own, authorised."""
        self.settings |= settings
        context = self.context
        await Zalo.of(context).chain.authorize_by_refresh_token(self.fake.state.refresh)
        channel = ZaloTemplateChannel(context)
        await channel.prepare()
        self.channels.append(channel)
        return channel

    async def invitation(self, code: str = "D1") -> Outgoing:
        """The message of a new invitation about a new dossier."""
        async with self.database.write() as conn:
            units = await conn.scalar(select(schema.units.c.id))
            dossier = await add_dossier(conn, units or await add_unit(conn), code)
            row = {"dossier_id": dossier, "form": "phieu5", "state": "issued"}
            made = schema.invitations.insert().values(**row, made_at=self.now[0])
            number = await conn.scalar(made.returning(schema.invitations.c.id))
        return Outgoing(text="…", facts={**FACTS, "invitation": str(number)})

    async def hears(self, event: Mapping[str, Any]) -> None:
        """An event of the webhook is handled."""
        async with self.database.write() as conn:
            await dispatch(
                EventWork(
                    conn=conn,
                    context=self.context,
                    bot=APP_ID,
                    payload=event,
                    number=1,
                    now=self.now[0],
                )
            )

    async def rows(self, table: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """Every row of a table."""
        async with self.database.read() as conn:
            return [dict(row) for row in (await conn.execute(select(table))).mappings()]

    async def said(self) -> dict[str, str]:
        """Question → option or text of every answer."""
        rows = await self.rows(schema.answers)
        assert len(rows) == len({row["question"] for row in rows}), "an answer is there twice"
        return {row["question"]: row["option"] or opened(row["text"]) for row in rows}


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    """A deployment at nine in the morning, and the fake at the same time."""
    now = [MORNING]
    async with FakeZaloTemplate(clock=lambda: now[0]) as fake:
        town = Town(fake=fake, database=database, now=now)
        yield town
        for channel in town.channels:
            await channel.close()


@pytest.fixture
def lan(town: Town) -> Phone:
    """A citizen's phone."""
    return town.fake.phone(NUMBER)


async def test_the_template_reaches_the_phone(town: Town, lan: Phone) -> None:
    """By number, with the facts in the template's own parameters, under a tracking id; Zalo's
    answer tells what is left of the day."""
    channel = await town.channel()
    reference = await channel.send(ADDRESS, await town.invitation())
    (message,) = lan.received
    assert message.id == reference
    assert message.data == {
        "ma_ho_so": FACTS["code"],
        "don_vi": FACTS["unit"],
        "ngay_tra": FACTS["returned_on"],
    }
    (row,) = await town.rows(schema.template_messages)
    assert (row["message_id"], row["tracking_id"]) == (message.id, message.tracking_id)
    assert row["sent_at"] == MORNING
    report = await channel.report()
    assert report.numbers == {"sent_today": 1.0, "daily_quota": 500.0, "remaining_today": 499.0}
    assert report.warnings == []


async def test_long_facts_are_shortened(town: Town, lan: Phone) -> None:
    """To what the template's parameter holds, in composed form."""
    town.fake.state.params = {"don_vi": 10, "lien_ket": 200}
    channel = await town.channel(zalo_template_params="don_vi=unit lien_ket=token")
    await channel.send(ADDRESS, await town.invitation())
    assert lan.received[0].data == {"don_vi": "UBND xã A…", "lien_ket": "abc"}


async def test_the_number_may_be_hashed(town: Town, lan: Phone) -> None:
    """Then the number itself is in no request."""
    channel = await town.channel(zalo_template_hash_phone=True)
    await channel.send(ADDRESS, await town.invitation())
    assert len(lan.received) == 1
    (call,) = town.fake.calls("/message/template/hashphone")
    assert NUMBER not in str(call.params)


async def test_development_mode_reaches_administrators_only(town: Town, lan: Phone) -> None:
    """The only way to try out: everybody else is refused, and the queue waits."""
    channel = await town.channel(zalo_template_mode="development")
    with pytest.raises(SlowDown, match="administrators"):
        await channel.send(ADDRESS, await town.invitation())
    lan.is_admin = True
    await channel.send(ADDRESS, await town.invitation("D2"))
    assert [call.params["mode"] for call in town.fake.calls("/message/template")] == [
        "development",
        "development",
    ]


async def _user(town: Town, user_id: str) -> None:
    """A citizen who shared the number with the Official Account."""
    contact = {
        "channel": "zalo_oa",
        "bot": APP_ID,
        "chat_key": "k",
        "address_sealed": KEYS.seal(user_id),
        "phone_key": KEYS.phone_key(ADDRESS),
        "language": "vi",
        "status": "active",
        "first_seen_at": MORNING,
        "last_seen_at": MORNING,
    }
    async with town.database.write() as conn:
        await conn.execute(schema.contacts.insert().values(**contact))


async def test_a_known_zalo_id_is_used_first(town: Town) -> None:
    """It is cheaper; without a tracking id, which it does not take."""
    lan = town.fake.phone(NUMBER, user_id="9001")
    await _user(town, "9001")
    channel = await town.channel()
    await channel.send(ADDRESS, await town.invitation())
    assert len(lan.received) == 1
    assert town.fake.calls("/message/template") == []
    await town.fake.rates(lan, 4)
    await town.hears(town.fake.state.ratings[0].event())
    assert await town.said() == {"stars": "4"}


async def test_a_template_that_takes_no_ids_goes_to_the_number(town: Town) -> None:
    """-249 once, then never again; a Zalo id that is of no use any more goes to the number too."""
    lan = town.fake.phone(NUMBER, user_id="9001")
    await _user(town, "9001")
    town.fake.state.takes_ids = False
    channel = await town.channel()
    for code in ("D1", "D2"):
        await channel.send(ADDRESS, await town.invitation(code))
    assert len(lan.received) == 2
    assert len(town.fake.calls("/v3.0/oa/message/template")) == 1
    town.fake.state.takes_ids = True
    town.fake.state.users.clear()
    other = await town.channel()
    await other.send(ADDRESS, await town.invitation("D3"))
    assert len(lan.received) == 3


async def test_nothing_is_sent_without_a_ground(town: Town, lan: Phone) -> None:
    """The service does not start, a message waits, nothing may be planned; and what the ground is
    is in the audit log, once."""
    channel = await town.channel(zalo_template_basis="")
    with pytest.raises(Refusal, match="no_basis"):
        await channel.start()
    with pytest.raises(SlowDown, match="BASIS"):
        await channel.send(ADDRESS, await town.invitation())
    assert await channel.daily_capacity() == Capacity(per_day=0, left_today=0)
    assert lan.received == []
    town.settings["zalo_template_basis"] = "Quyết định 12/QĐ-UBND"
    for _ in range(2):
        await (await town.channel()).start()
    noted = [row["details"] for row in await town.rows(schema.audit)]
    assert len(noted) == 1
    assert "Quyết định 12/QĐ-UBND" in str(noted)


async def test_nights_are_kept(town: Town, lan: Phone) -> None:
    """Nothing is tried from 22:00 on; the bot waits until six."""
    channel = await town.channel()
    town.now[0] = MORNING.replace(hour=16)  # 23:00
    with pytest.raises(SlowDown) as waits:
        await channel.send(ADDRESS, await town.invitation())
    assert (waits.value.seconds, waits.value.whole_bot) == (7 * 3600, True)
    assert town.fake.calls("/message/template") == []
    town.settings["zalo_template_night_to"] = "22:00"
    with pytest.raises(SlowDown, match="-133") as refused:
        await (await town.channel()).send(ADDRESS, await town.invitation("D2"))
    assert refused.value.whole_bot
    assert lan.received == []


async def test_a_used_up_day_waits_for_the_next(town: Town, lan: Phone) -> None:
    """Every message waits, none is lost, and the same one goes out the next day."""
    town.fake.state.daily = 1
    channel = await town.channel()
    await channel.send(ADDRESS, await town.invitation())
    waiting = await town.invitation("D2")
    with pytest.raises(SlowDown) as waits:
        await channel.send(ADDRESS, waiting)
    assert waits.value.whole_bot
    assert await channel.daily_capacity() == Capacity(per_day=1, left_today=0)
    town.now[0] += timedelta(seconds=waits.value.seconds) + timedelta(hours=7)
    await channel.send(ADDRESS, waiting)
    assert len(lan.received) == 2


@pytest.mark.parametrize(
    ("mend", "kind", "words"),
    [
        ({"has_zalo": False}, Unreachable, "-118"),
        ({"refuses": True}, Unreachable, "-139"),
    ],
)
async def test_a_citizen_who_cannot_be_reached(
    town: Town, lan: Phone, mend: dict[str, bool], kind: type[DeliveryError], words: str
) -> None:
    """Ends with words, and is no trouble of the template's."""
    for name, value in mend.items():
        setattr(lan, name, value)
    channel = await town.channel()
    with pytest.raises(kind, match=words):
        await channel.send(ADDRESS, await town.invitation())
    assert (await channel.report()).warnings == []


async def test_a_disabled_template_keeps_the_queue(town: Town, lan: Phone) -> None:
    """-146 concerns every message: all wait, health says why, and the first success ends it."""
    channel = await town.channel()
    town.fake.state.status = "DISABLE"
    message = await town.invitation()
    with pytest.raises(SlowDown) as waits:
        await channel.send(ADDRESS, message)
    assert waits.value.whole_bot
    (warning,) = (await channel.report()).warnings
    assert "(-146)" in warning
    town.fake.state.status = "ENABLE"
    await channel.send(ADDRESS, message)
    assert (await channel.report()).warnings == []
    assert len(lan.received) == 1


async def test_low_quality_stops_the_sending(town: Town) -> None:
    """Nothing more is planned, and it is said; a setting goes on."""
    town.fake.state.quality = "LOW"
    channel = await town.channel()
    assert await channel.daily_capacity() == Capacity(per_day=0, left_today=0)
    assert "quality" in (await channel.report()).warnings[0]
    other = await town.channel(zalo_template_low_quality="go_on", zalo_template_daily=200)
    assert await other.daily_capacity() == Capacity(per_day=200, left_today=200)


@pytest.mark.parametrize("effect", [True, False], ids=["arrived", "lost"])
async def test_an_unknown_outcome_is_not_repeated(town: Town, lan: Phone, *, effect: bool) -> None:
    """Whether it arrived or not: the next try sends nothing; if it arrived, its rating is matched
    by the tracking id."""
    channel = await town.channel()
    message = await town.invitation()
    town.fake.fault(FaultKind.CUT, method="/message/template", effect=effect)
    with pytest.raises(Unknown):
        await channel.send(ADDRESS, message)
    with pytest.raises(Unknown, match="not sent a second time"):
        await (await town.channel()).send(ADDRESS, message)
    assert len(lan.received) == effect
    if effect:
        await town.fake.rates(lan, 5)
        await town.hears(town.fake.state.ratings[0].event())
        assert await town.said() == {"stars": "5"}


async def test_a_second_message_about_a_dossier_is_refused(town: Town, lan: Phone) -> None:
    """Also when two processes try at once, and for what is no invitation."""
    one, two = await town.channel(), await town.channel()
    message = await town.invitation()
    results = await asyncio.gather(
        one.send(ADDRESS, message), two.send(ADDRESS, message), return_exceptions=True
    )
    assert len(lan.received) == 1
    assert sum(isinstance(one, str) for one in results) == 1
    with pytest.raises(Rejected, match="sent before"):
        await one.send(ADDRESS, message)
    with pytest.raises(Rejected, match="only an invitation"):
        await one.send(ADDRESS, Outgoing(text="a reminder"))


async def test_what_certainly_failed_may_be_tried_again(town: Town, lan: Phone) -> None:
    """A 502 had no effect."""
    channel = await town.channel()
    message = await town.invitation()
    town.fake.fault(FaultKind.STATUS, method="/message/template", code=502)
    with pytest.raises(DeliveryError):
        await channel.send(ADDRESS, message)
    await channel.send(ADDRESS, message)
    assert len(lan.received) == 1


async def test_stars_reasons_and_note_are_stored_once(town: Town, lan: Phone) -> None:
    """However often, and by whichever way, Zalo tells them; the receipt marks the delivery."""
    channel = await town.channel()
    await channel.send(ADDRESS, await town.invitation())
    await town.fake.rates(lan, 5, ("Cán bộ nhiệt tình", "Đúng hẹn"), "Tôi rất hài lòng.")
    event = town.fake.state.ratings[0].event()
    for _ in range(2):
        await town.hears(event)
    await channel.ratings.fetch()
    assert await town.said() == {
        "stars": "5",
        "reasons": "Cán bộ nhiệt tình; Đúng hẹn",
        "comment": "Tôi rất hài lòng.",
    }
    (response,) = await town.rows(schema.responses)
    assert (response["form"], response["form_version"]) == ("zalo-rating", "2")
    assert (response["channel"], response["contact_id"]) == ("zalo_template", None)
    assert response["valid"]
    message = lan.received[0]
    told = {"delivery_time": "1780279202000", "msg_id": message.id, "tracking_id": ""}
    await town.hears({"event_name": "user_received_message", "message": told})
    (row,) = await town.rows(schema.template_messages)
    assert row["delivered_at"] == datetime.fromtimestamp(1_780_279_202, UTC)


async def test_a_second_rating_does_not_replace_the_first(town: Town, lan: Phone) -> None:
    """The first one counts, as with the form."""
    channel = await town.channel()
    await channel.send(ADDRESS, await town.invitation())
    for stars in (2, 5):
        await town.fake.rates(lan, stars)
        await town.hears(town.fake.state.ratings[-1].event())
    assert await town.said() == {"stars": "2"}


@pytest.mark.parametrize(
    "change",
    [{"msg_id": "unknown", "tracking_id": "other"}, {"rate": 6}, {"rate": None}, {"rate": "x"}],
)
async def test_a_rating_that_is_not_ours_changes_nothing(
    town: Town, lan: Phone, change: dict[str, object]
) -> None:
    """Another program's message, or no number of stars."""
    channel = await town.channel()
    await channel.send(ADDRESS, await town.invitation())
    await town.fake.rates(lan, 3)
    event = town.fake.state.ratings[0].event()
    await town.hears({**event, "message": {**event["message"], **change}})
    await town.hears({"event_name": "user_feedback"})
    assert await town.said() == {}


@pytest.mark.parametrize("lists", [False, True])
@pytest.mark.parametrize("taken", ["POST", "GET"])
async def test_ratings_are_asked_for_as_zalo_takes_it(
    town: Town, monkeypatch: pytest.MonkeyPatch, taken: str, *, lists: bool
) -> None:
    """The document and the programs differ in the method, and in how the page is wrapped: each is
    understood, and the method that was taken is counted and kept."""
    monkeypatch.setattr("bot.channels.zalo_template.reconcile.PAGE", 2)
    town.fake.state.rating_method, town.fake.state.lists_ratings = taken, lists
    channel = await town.channel()
    for number in range(3):
        phone = town.fake.phone(f"8498765432{number}")
        await channel.send(f"+{phone.number}", await town.invitation(f"D{number}"))
        await town.fake.rates(phone, 5, tells=False)
    await channel.ratings.fetch()
    assert len(await town.rows(schema.responses)) == 3
    numbers = (await channel.report()).numbers
    assert numbers[f"ratings_by_{taken.lower()}"] >= 2
    refused = [call for call in town.fake.calls("/rating/get") if call.answer == -106]
    assert len(refused) == (taken == "GET")


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_lost_events_are_fetched(
    town: Town, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """All pages, also those of a fetch that a crash interrupted; the next fetch begins a day
    before the last, and two processes do not fetch at once."""
    monkeypatch.setattr("bot.channels.zalo_template.reconcile.PAGE", 2)
    channel = await town.channel(zalo_template_rating_method=method)
    phones = [town.fake.phone(f"8498765432{n}") for n in range(5)]
    for number, phone in enumerate(phones):
        message = await town.invitation(f"D{number}")
        await channel.send(f"+{phone.number}", message)
        await town.fake.rates(phone, number + 1, tells=False)
    town.fake.fault(FaultKind.STATUS, method="/rating/get", skip=1, code=502)
    with pytest.raises(ServerFailed):
        await channel.ratings.fetch()
    assert len(await town.rows(schema.responses)) == 2
    assert await (await town.channel()).ratings.fetch() is None, "the lease is another's"
    async with town.database.write() as conn:
        leased = schema.meta.c.key.like("lease ratings%")
        await conn.execute(schema.meta.delete().where(leased))
    await channel.ratings.fetch()
    stars = [row["option"] for row in await town.rows(schema.answers)]
    assert sorted(stars) == ["1", "2", "3", "4", "5"]
    assert await channel.ratings.read_until() == MORNING


async def test_the_check_shows_every_part(town: Town) -> None:
    """Ground, mode, template, parameters, quota, quality."""
    town.fake.state.quality = "LOW"
    channel = await town.channel(zalo_template_params="ma_ho_so=code don_vi=unit")
    found = {one.part: one for one in await channel.check(fix=False)}
    assert {part for part, one in found.items() if not one.right} == {"params", "quality"}
    assert found["quota"].found == "500/500"
    town.fake.state.access = "another"
    town.fake.state.refresh = "spent"
    lost = {one.part: one.right for one in await channel.check(fix=False)}
    assert lost == {"basis": True, "mode": True, "connection": False}


@pytest.mark.parametrize("params", ["ma_ho_so", "ma_ho_so=phone", "=code"])
async def test_wrong_parameters_are_refused(town: Town, params: str) -> None:
    """Before anything is sent; a phone number can be no parameter."""
    with pytest.raises(Refusal, match=r"zalo_template\.params"):
        await town.channel(zalo_template_params=params)
