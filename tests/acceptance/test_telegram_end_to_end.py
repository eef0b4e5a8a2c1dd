"""Citizens on Telegram and the real `motcua serve`, over sockets: every way from /start to done."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.acceptance.support.telegram import (
    AGREE,
    DOSSIERS,
    FIRST_QUESTION,
    REFUSED_TAP,
    SEND,
    Town,
    answers_once,
    begins,
    code_of,
    ends,
    found_office,
    found_town,
    until,
)
from tests.fakes.telegram import FakeTelegram, FaultKind, Limits, Person

HAPPY = [
    ("satisfaction", "very", None),
    ("contacts", "none", None),
    ("agencies", "none", None),
    ("conduct", "no", None),
]


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Telegram on this machine, as strict as the real one."""
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database that every test has a copy of."""
    return found_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
async def town(office: Path, telegram: FakeTelegram, tmp_path: Path) -> Town:
    """An office whose bot polls."""
    return found_town(office, tmp_path, telegram)


@pytest.fixture
def lan(telegram: FakeTelegram) -> Person:
    """The citizen."""
    return telegram.person()


@pytest.mark.parametrize("hook", [False, True], ids=["polling", "webhook"])
async def test_from_the_link_to_done(
    office: Path, telegram: FakeTelegram, tmp_path: Path, lan: Person, *, hook: bool
) -> None:
    """Consent, four taps, the offer, done: one survey message that changes in its place, a toast
    for every tap, the right answers, and nothing said twice."""
    town = found_town(office, tmp_path, telegram, hook=hook)
    link = json.loads(await town.command("dossiers", "link", code_of(1), "--format", "json"))
    token = next(one["link"] for one in link if one["channel"] == "telegram").partition("=")[2]
    async with town.serving():
        survey = await begins(lan, token)
        for _ in HAPPY:
            await answers_once(town, lan, survey)
        await ends(lan)
        await town.settled()
    assert await town.answers() == HAPPY
    assert len(lan.received) == 2
    assert survey.edits == 5
    assert len(lan.toasts) == 6
    assert all(call.status == 200 for call in telegram.calls() if call.is_message)


async def test_a_stale_tap_changes_nothing(town: Town, lan: Person) -> None:
    """A button of an earlier question is answered politely; the answer stays."""
    async with town.serving():
        survey = await begins(lan, await town.token())
        old = survey.buttons[2]["callback_data"]
        await answers_once(town, lan, survey)
        await lan.taps(old, survey, stale=True)
        await lan.sees(REFUSED_TAP)
        await town.settled()
    assert await town.answers(latest=False) == HAPPY[:1]


async def test_a_double_tap_is_one_answer(town: Town, lan: Person) -> None:
    """The second tap of an impatient finger meets the next question and does not answer it."""
    async with town.serving():
        survey = await begins(lan, await town.token())
        first = survey.buttons[0]["callback_data"]
        await asyncio.gather(*(lan.taps(first, survey, stale=True) for _ in range(2)))
        await lan.sees("Câu 2/")
        await town.settled()
    assert await town.answers(latest=False) == HAPPY[:1]


async def test_a_hundred_parallel_taps_are_one_answer(town: Town, lan: Person) -> None:
    """However often the button is hit: one answer, and every tap is acknowledged."""
    town.telegram.state.meter.set(Limits.off())
    async with town.serving():
        survey = await begins(lan, await town.token())
        first = survey.buttons[0]["callback_data"]
        await asyncio.gather(*(lan.taps(first, survey, stale=True) for _ in range(100)))
        await town.telegram.until(lambda: len(lan.toasts) == 101, 30)
        await lan.sees("Câu 2/")
        await answers_once(town, lan, survey)
    assert await town.answers(latest=False) == HAPPY[:2]


async def test_an_edited_comment_changes_the_text_only(town: Town, lan: Person) -> None:
    """What was typed at the offer can be corrected; scores cannot be edited by it."""
    async with town.serving():
        survey = await begins(lan, await town.token())
        for _ in HAPPY:
            await answers_once(town, lan, survey)
        await lan.types("Cán bộ rất nhiệt tịnh")
        await lan.sees("Chúng tôi đã ghi lại ý kiến")
        await lan.edits("Cán bộ rất nhiệt tình")
        await town.telegram.until(lambda: len(lan.received) >= 4, 20)
        await town.settled()
    said = await town.answers()
    assert said[:4] == HAPPY
    assert [text for *_, text in said[4:]] == ["Cán bộ rất nhiệt tình"]


async def test_a_shared_phone_finds_the_dossiers(town: Town, lan: Person) -> None:
    """One's own number by the button; somebody else's is not taken."""
    async with town.serving():
        await lan.opens()
        await lan.types("/tracuu")
        await lan.sees("Dùng số điện thoại của tôi")
        await lan.shares_contact("+84987654321", own=False)
        await lan.sees("chúng tôi chỉ nhận số điện thoại của chính Ông/Bà")
        await lan.shares_contact("+84987654321")
        await lan.sees(code_of(1))
        await town.settled()


async def test_a_group_gets_one_polite_line(town: Town, telegram: FakeTelegram) -> None:
    """No survey, and no second line, in a group."""
    group, lan = telegram.group(), telegram.person()
    async with town.serving():
        for text in ("/start", "chào bot", "/start@motcua_bot"):
            await group.says(lan, text)
        await telegram.until(lambda: bool(group.received))
        await town.settled()
    assert len(group.received) == 1
    assert await town.response_count() == 0


async def test_whoever_blocked_the_bot_can_come_back(town: Town, lan: Person) -> None:
    """A 403 or the news of it marks the contact; the next word makes it active again."""
    async with town.serving():
        survey = await begins(lan, await town.token())
        await answers_once(town, lan, survey)
        await lan.blocks()
        await _until_statuses(town, {"blocked"})
        await lan.opens()
        await lan.types("tiếp")
        await lan.sees("Câu 2/")
        await _until_statuses(town, {"active"})
    assert await town.answers() == HAPPY[:1]


async def test_a_429_is_waited_out(town: Town, telegram: FakeTelegram, lan: Person) -> None:
    """Nothing leaves before the time that Telegram named; then everything goes on."""
    telegram.fault(FaultKind.TOO_MANY, method="sendMessage", seconds=3)
    async with town.serving():
        await lan.opens(await town.token())
        await telegram.until(lambda: bool(telegram.calls("sendMessage")))
        other = telegram.person(1002, "Minh")
        await other.opens()
        await lan.sees(AGREE, 20)
        await other.sees("Kính chào", 20)
        await town.settled()
    refused, *others = [call for call in telegram.calls() if call.is_message]
    assert refused.status == 429
    assert all(call.at >= refused.answered_at + 3 for call in others)
    assert len(lan.received) == len(other.received) == 1


@pytest.mark.parametrize(
    ("kind", "details", "said"),
    [
        (FaultKind.STATUS, {"code": 500}, 1),
        (FaultKind.STATUS, {"code": 502}, 1),
        (FaultKind.CUT, {}, 1),
        (FaultKind.CUT, {"effect": True}, 2),
        (FaultKind.TRUNCATED, {}, 2),
        (FaultKind.HANG, {}, 1),
    ],
    ids=["500", "502", "cut", "cut-after", "half", "hang"],
)
async def test_a_bad_moment_of_telegrams(
    town: Town, lan: Person, kind: FaultKind, details: dict[str, object], said: int
) -> None:
    """A question comes all the same: once where it cannot have arrived, at most twice where
    nobody knows; and the survey goes on."""
    town.telegram.fault(kind, method="sendMessage", **details)
    token = await town.token()
    async with town.serving():
        await lan.opens(token)
        await town.telegram.until(lambda: len(lan.received) >= said, 60)
        await town.settled()
        assert [AGREE in message.labels for message in lan.received] == [True] * said
        await lan.taps(AGREE)
        await lan.sees(FIRST_QUESTION)


async def test_sigterm_drains(town: Town, telegram: FakeTelegram) -> None:
    """What was taken in before the stop is answered before the end, what was not after the next
    start; the process ends by itself, with exit code 0, and nothing is lost or doubled."""
    people = [telegram.person(3_000 + number) for number in range(20)]
    async with town.serving() as served:
        await asyncio.gather(*(person.opens() for person in people))
        await people[0].sees("Kính chào")
        served.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(served.process.wait, 10) == 0
    assert await town.states() == ({"done"}, {"sent"})
    async with town.serving():
        for person in people:
            await person.sees("Kính chào", 20)
        await town.settled()
    assert [len(person.received) for person in people] == [1] * len(people)


async def test_killed_in_the_middle_it_goes_on(town: Town, lan: Person) -> None:
    """A power cut after an answer: what was tapped meanwhile waits at Telegram, and the survey
    goes on in its place without a question asked twice."""
    async with town.serving() as served:
        survey = await begins(lan, await town.token())
        await answers_once(town, lan, survey)
        await town.settled()
        await asyncio.to_thread(served.kill)
    await lan.taps(survey.labels[0], survey)
    async with town.serving():
        await town.telegram.until(lambda: "Câu 3/" in survey.text, 30)
        for _ in HAPPY[2:]:
            await answers_once(town, lan, survey)
        await ends(lan)
        await town.settled()
    assert await town.answers(latest=False) == HAPPY
    assert len(lan.received) == 2


async def test_killed_at_any_moment_it_answers_once(town: Town, lan: Person) -> None:
    """Killed right after the tap: after the start the answer is there, once."""
    async with town.serving():
        await begins(lan, await town.token())
        await town.settled()
    for number in range(len(HAPPY)):
        async with town.serving() as served:
            await lan.taps(lan.received[-1].labels[0])
            await asyncio.sleep(0.1 * number)
            await asyncio.to_thread(served.kill)
        async with town.serving():
            await lan.sees(SEND if number == len(HAPPY) - 1 else f"Câu {number + 2}/", 60)
            await town.settled()
    async with town.serving():
        await ends(lan)
        await town.settled()
    assert await town.answers(latest=False) == HAPPY


async def test_invitations_keep_the_pace(town: Town, telegram: FakeTelegram) -> None:
    """`motcua invite` while the bot is served: everybody is invited once, never more than thirty in
    any second, and a citizen who speaks meanwhile is answered.
    """
    people = await town.acquainted(DOSSIERS)
    async with town.serving():
        invited = asyncio.create_task(town.command("invite", "2021-Q2", "--format", "json"))
        await telegram.until(lambda: len(telegram.calls("sendMessage")) >= 10, 30)
        lan = telegram.person()
        await lan.opens()
        await lan.sees("Kính chào")
        answered_after = len([call for call in telegram.calls("sendMessage") if call.effect])
        counted = json.loads(await invited)
        await telegram.until(lambda: all(person.received for person in people), 60)
        await town.command("invite", "2021-Q2")
        await town.settled()
    assert sum(one["issued"] for one in counted) == DOSSIERS
    assert [len(person.received) for person in people] == [1] * DOSSIERS
    assert answered_after < DOSSIERS
    assert telegram.worst_window(1.0) <= 30
    moments = [call.at for call in telegram.calls("sendMessage")]
    assert all(sooner <= later for sooner, later in pairwise(moments))


async def _until_statuses(town: Town, wanted: set[str]) -> None:
    async def are_so() -> bool:
        return await town.statuses() == wanted

    await until(are_so)
