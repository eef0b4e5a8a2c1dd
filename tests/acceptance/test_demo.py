"""`motcua demo` in a real browser: the phone, the officer's page, and a power cut between them."""

import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.acceptance.support.serving import Running, running

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SHORT_PATH = ("Rất hài lòng", "Không lần nào", "Không phải liên hệ cơ quan nào", "Không")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]

Demo = Callable[[], AbstractContextManager[Running]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium, headless."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo folder in which the sample district is laid already."""
    folder = tmp_path_factory.mktemp("demo")
    with running("demo", "--port", "0", "--no-browser", "--data", str(folder)) as demo:
        assert "15.121" in demo.said
        assert demo.stop() == 0
    return folder


@pytest.fixture
def data(sample: Path, tmp_path: Path) -> Path:
    """A copy of that folder for one test."""
    return Path(shutil.copytree(sample, tmp_path / "demo"))


@pytest.fixture
def demo(data: Path) -> Demo:
    """Starts the demo on its folder; twice is a restart."""
    arguments = ("demo", "--port", "0", "--no-browser", "--data", str(data))
    return partial(running, *arguments)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page of a phone's size."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    yield context.new_page()
    context.close()


def tap(page: Page, label: str) -> None:
    """Tap the live button with this label."""
    page.locator(".buttons:not(.past) button").get_by_text(label, exact=True).click()


def ask(data: Path, question: str) -> list[tuple[Any, ...]]:
    """Look into the demo's database."""
    with closing(sqlite3.connect(data / "motcua.sqlite")) as conn:
        return conn.execute(question).fetchall()


def test_four_taps_move_the_rating(demo: Demo, browser: Browser, phone: Page) -> None:
    """A returned dossier is invited, four taps answer the short path, the officer's page moves."""
    with demo() as running_demo:
        officer = browser.new_page()
        officer.goto(f"{running_demo.address}/officer")
        expect(officer.locator("#n-answered")).to_have_text("0")
        phone.goto(f"{running_demo.address}/")
        tap(phone, "Đồng ý")
        for label in SHORT_PATH:
            tap(phone, label)
        expect(phone.locator("#talk")).to_contain_text("Phần chính đã xong")
        expect(officer.locator("#n-answered")).to_have_text("1")
        _printed_codes_open(running_demo.address)
        answered = officer.locator("#units tr").filter(has=officer.locator("td.num >> text=/^1$/"))
        expect(answered).to_have_count(1)
        expect(answered.locator("td.cs").nth(2)).to_have_text("2,0")
        officer.locator("#invitations summary").click()
        expect(officer.locator("#groups table")).to_have_count(3)
        expect(officer.locator("#choices li")).to_have_text(re.compile("^Trang web này: 1 câu"))
        officer.close()


def _printed_codes_open(address: str) -> None:
    """As with `motcua serve`: a receipt's code lets the phone choose, an unknown poster is told."""
    with urlopen(Request(f"{address}/demo/case", method="POST")) as answer:  # noqa: S310
        token = json.load(answer)["token"]
    with urlopen(f"{address}/l/{token}") as answer:  # noqa: S310
        assert f"/#{token}" in answer.read().decode()
    with pytest.raises(HTTPError) as unknown:
        urlopen(f"{address}/q/{'A' * 22}")  # noqa: S310
    with unknown.value as answer:
        assert "/landing/style.css" in answer.read().decode()


def test_a_power_cut_loses_nothing(demo: Demo, phone: Page, data: Path) -> None:
    """Killed in the middle of a conversation, it goes on at its question after the start."""
    with demo() as first:
        phone.goto(f"{first.address}/")
        port = first.address.rpartition(":")[2]
        tap(phone, "Đồng ý")
        tap(phone, "Hài lòng")
        expect(phone.locator("#talk")).to_contain_text("Câu 2/4")
        first.kill()
    expect(phone.locator("#line")).to_contain_text("Mất kết nối", timeout=10_000)
    phone.locator("#words").fill("một lần")
    phone.keyboard.press("Enter")
    with running("demo", "--port", port, "--no-browser", "--data", str(data)):
        expect(phone.locator("#talk")).to_contain_text("Câu 3/4", timeout=30_000)
        phone.reload()
        expect(phone.locator("#talk li.bot").last).to_contain_text("Câu 3/4")
        expect(phone.locator("#talk li.citizen")).to_have_text(["Đồng ý", "Hài lòng", "một lần"])
        kept = "SELECT question, option FROM answers ORDER BY id"
        assert ask(data, kept) == [("satisfaction", "satisfied"), ("contacts", "once")]


def test_a_code_tells_how_far_it_is_and_nothing_more(demo: Demo, phone: Page, data: Path) -> None:
    """Without proof one learns the stage and the promised date, not the procedure or the unit."""
    ((code, due, procedure),) = ask(
        data,
        "SELECT code, strftime('%d/%m/%Y', due_at), p.name FROM dossiers d JOIN procedures p"
        " ON p.id = d.procedure_id WHERE status = 4 ORDER BY d.id LIMIT 1",
    )
    with demo() as running_demo:
        phone.goto(f"{running_demo.address}/")
        expect(phone.locator("#talk li.bot")).to_have_count(1)
        phone.locator("#words").fill(f" {code.lower()} ")
        phone.keyboard.press("Enter")
        answer = phone.locator("#talk li.bot").filter(has_text=due)
        expect(answer).to_have_count(1)
        assert procedure not in answer.inner_text()


def test_the_crowd_is_marked_as_simulated(demo: Demo, browser: Browser, data: Path) -> None:
    """Simulated citizens answer by the same path, with progress, and are marked everywhere."""
    with demo() as running_demo:
        officer = browser.new_page()
        officer.goto(f"{running_demo.address}/officer?crowd=30")
        officer.get_by_role("button", name=re.compile("^Cho 30 người dân")).click()
        expect(officer.get_by_text("Xong: 30/30 phiếu mô phỏng")).to_be_visible(timeout=120_000)
        expect(officer.locator("#simulated")).to_contain_text("30 phiếu là mô phỏng")
        officer.close()
        counts = "SELECT count(*), sum(simulated), count(DISTINCT dossier_id) FROM responses"
        assert ask(data, counts) == [(30, 30, 30)]
        assert ask(data, "SELECT count(*) FROM contacts WHERE NOT simulated") == [(0,)]


def test_the_page_fits_a_phone(demo: Demo, phone: Page) -> None:
    """Nothing is wider than the window, buttons are as high as a thumb, the input is in view."""
    with demo() as running_demo:
        phone.goto(f"{running_demo.address}/")
        button = phone.get_by_role("button", name="Đồng ý")
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        expect(phone.locator("#words")).to_be_in_viewport()


def test_two_tabs_without_a_network_lose_nothing(demo: Demo, phone: Page) -> None:
    """Each tab keeps what it could not send, apart from the other's, and says when the connection
    is back.
    """
    with demo() as running_demo:
        phone.goto(f"{running_demo.address}/")
        tap(phone, "Đồng ý")
        expect(phone.locator("#talk")).to_contain_text("Câu 1/4")
        other = phone.context.new_page()
        other.goto(f"{running_demo.address}/")
        expect(other.locator("#talk")).to_contain_text("Câu 1/4")
        phone.context.set_offline(True)
        tap(phone, "Hài lòng")
        expect(phone.locator("#line")).to_contain_text("Mạng yếu")
        other.locator("#words").fill("cán bộ rất tận tình")
        other.keyboard.press("Enter")
        phone.close()
        phone.context.set_offline(False)
        expect(other.locator("#line")).to_contain_text("Trả lời tự động", timeout=10_000)
        expect(other.locator("#talk li.waiting")).to_have_count(0, timeout=10_000)
        other.reload()
        said = other.locator("#talk li.citizen")
        expect(said).to_have_count(3)
        # A closing tab may still send: Chromium lifts its "offline" before the page has stopped.
        assert set(said.all_inner_texts()) == {"Đồng ý", "cán bộ rất tận tình", "Hài lòng"}
