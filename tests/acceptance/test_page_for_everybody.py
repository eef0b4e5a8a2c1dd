"""The page in a real browser: by keyboard and ear, without script or cookie, in many tabs."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import combinations
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, FloatRect, Page, async_playwright, expect

from surveys.store.base.database import Database
from surveys.store.dossiers import links
from tests.acceptance.support import old_browsers
from tests.fakes.context import channel_context
from tests.integration.rows import add_dossier, add_unit
from tests.security.running import ANYWHERE, running

CHROMIUM = shutil.which("chromium")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"),
    "--disable-features=LocalNetworkAccessChecks",
]
SMALL = {"width": 320, "height": 568}
MESSENGER = "https://web.telegram.org/"
HTML: dict[str, Any] = {"content_type": "text/html"}
ZOOMED = {"width": 320, "height": 256}
"""What is left of 1280 × 1024 at 400 %."""

PAGES = files("bot.channels.web") / "pages"
LOOKS = """what => {
  const style = getComputedStyle(what);
  const outline = style.outlineStyle === "none" ? 0 : Math.round(parseFloat(style.outlineWidth));
  return { outline, border: parseFloat(style.borderTopWidth) >= 1 };
}"""
UNSEEN = """what => Array.from(document.querySelectorAll(what)).filter(one => {
  const style = getComputedStyle(one);
  const drawn = parseFloat(style.borderTopWidth) >= 1 && style.borderTopStyle !== "none";
  return one.offsetParent && !(drawn && style.borderTopColor !== style.backgroundColor);
}).map(one => one.outerHTML)"""
"""What is shown without a border that can be seen."""
STILL = "Promise.allSettled(document.getAnimations().map(one => one.finished)).then(() => null)"

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]


@dataclass(kw_only=True)
class Place:
    """A served page and a browser."""

    base: str
    browser: Browser

    async def page(self, path: str = "/", **context: Any) -> Page:  # noqa: ANN401
        """A page in a browser of its own."""
        made = await self.browser.new_context(**({"viewport": SMALL} | context))
        page = await made.new_page()
        await page.goto(f"{self.base}{path}")
        return page

    def link(self, number: int, behind: str = "") -> str:
        """The path of a dossier's link, and what came behind it on its way."""
        return f"/#{str(number) * 22}{behind}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Debian's chromium, headless; each page has a context of its own."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def here(sqlite_url: str, browser: Browser) -> AsyncIterator[Place]:
    """Three returned dossiers of a commune, with links 1 to 3."""
    database = Database.open(sqlite_url)
    async with database.write() as conn:
        unit = await add_unit(conn, "XA01", name="UBND xã An Hòa")
        for number in range(1, 4):
            code = f"000.17.22.H56-210503-000{number}"
            dossier = await add_dossier(conn, unit, code)
            now, lasts = datetime.now().astimezone(), timedelta(days=9)
            await links.make(conn, dossier, str(number) * 22, now, lasts)
    async with running(channel_context(database, **ANYWHERE)) as (_, base):
        yield Place(base=base, browser=browser)
        for context in browser.contexts:
            await context.close()
    await database.close()


async def violations(page: Page) -> list[str]:
    """What axe-core finds wrong, once nothing moves any more: a bubble rises out of nothing."""
    await page.evaluate(STILL)
    found = await Axe().run(page)
    return [f"{one['id']}: {one['help']}" for one in found.response["violations"]]


async def test_by_keyboard_and_ear(here: Place) -> None:
    """A damaged link opens; the focus follows the questions; who speaks is said; axe agrees."""
    page = await here.page(here.link(1, ".&fbclid=abc"))
    await expect(page.locator("#talk li.bot").first).to_contain_text("UBND xã An Hòa")
    assert await violations(page) == []
    await page.get_by_text("Đồng ý", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#talk li.bot").last).to_contain_text("Câu 1/4")
    await expect(page.locator("#talk li.bot").last).to_be_focused()
    for number in range(2, 5):
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await expect(page.locator("#talk li.bot").last).to_contain_text(f"Câu {number}/4")
        await expect(page.locator("#talk li.bot").last).to_be_focused()
    assert await page.locator("#log").get_attribute("aria-live") == "polite"
    said = "getComputedStyle(document.querySelector('li.citizen'), '::before').content"
    assert "Ông/Bà:" in await page.evaluate(said)
    assert await violations(page) == []
    await page.locator("#words").fill("english")
    await page.keyboard.press("Enter")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    words = "A message, or a dossier code…"
    await expect(page.locator("#words")).to_have_attribute("placeholder", words)
    await page.locator("#words").fill("help")
    await page.keyboard.press("Enter")
    told = page.locator("#talk li.bot").filter(has_text="You can send Bộ phận Một cửa")
    await expect(told).to_have_attribute("lang", "en")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    assert await violations(page) == []


async def test_without_a_script(here: Place) -> None:
    """The page leads to the plain one by itself; the form is answered there; axe agrees."""
    page = await here.page(java_script_enabled=False, color_scheme="dark")
    await expect(page).to_have_url(f"{here.base}/plain")
    await page.locator("#words").fill(f"{here.base}{here.link(1)}")
    await page.get_by_role("button", name="Gửi").click()
    await page.get_by_role("button", name="Đồng ý").click()
    for label in ("Hài lòng", "Một lần", "Chỉ Bộ phận Một cửa", "Không"):
        await page.get_by_role("button", name=label, exact=True).click()
    await expect(page.locator("#talk")).to_contain_text("Phần chính đã xong")
    scripted = await here.page("/plain")
    assert await violations(scripted) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_small_zoomed_and_dark(
    here: Place,
    scheme: Any,  # noqa: ANN401
) -> None:
    """Nothing is wider than the window; at 400 %, with letters of 150 %, one can answer."""
    for viewport in (SMALL, ZOOMED):
        page = await here.page(here.link(1), viewport=viewport, color_scheme=scheme)
        await expect(page.get_by_text("Đồng ý", exact=True)).to_be_visible()
        await page.evaluate("document.documentElement.style.fontSize = '159%'")
        assert await page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        await page.get_by_text("Đồng ý", exact=True).click()
        await expect(page.locator("#talk li.bot").last).to_contain_text("Câu 1/4")
        await expect(page.locator("#talk li.bot").last).to_be_in_viewport()
        assert await violations(page) == []


async def _boxes(page: Page) -> list[FloatRect]:
    """The newest buttons as they lie on the page."""
    buttons = page.locator("#talk li.bot").last.locator(".buttons button")
    return [box for one in await buttons.all() if (box := await one.bounding_box()) is not None]


def _touch(one: FloatRect, two: FloatRect) -> bool:
    beside = one["x"] >= two["x"] + two["width"] + 4 or two["x"] >= one["x"] + one["width"] + 4
    below = one["y"] >= two["y"] + two["height"] + 4 or two["y"] >= one["y"] + one["height"] + 4
    return not (beside or below)


async def test_as_a_browser_of_2018_reads_it_and_with_forced_colours(
    here: Place,
) -> None:
    """Without what came later, in style and script; then without any colour of its own."""
    await _as_in_2018(here)
    await _with_forced_colours(here)


async def _as_in_2018(here: Place) -> None:
    """No buttons touch, nothing is too wide, the question is in sight, the answer arrives."""
    page = await here.page("/healthz")
    css = old_browsers.as_read_then((PAGES / "chat.css").read_text("utf-8"))
    await page.route("**/chat.css", lambda route: route.fulfill(body=css, content_type="text/css"))
    await page.add_init_script(old_browsers.without_newer_script())
    await page.goto(f"{here.base}{here.link(3)}")
    await page.get_by_text("Đồng ý", exact=True).click()
    await expect(page.locator("#talk li.bot").last).to_contain_text("Câu 1/4")
    assert await page.evaluate("typeof structuredClone + typeof [].at") == "undefined" * 2
    boxes = await _boxes(page)
    assert len(boxes) >= 5
    assert not any(_touch(one, two) for one, two in combinations(boxes, 2))
    assert await page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
    await expect(page.locator("#talk li.bot").last).to_be_in_viewport()


async def _with_forced_colours(here: Place) -> None:
    """Buttons and bubbles have a border, the chosen button is told apart, the focus is seen; the
    choice is marked again after a reload."""
    page = await here.page(here.link(1), forced_colors="active")
    await page.get_by_text("Đồng ý", exact=True).focus()
    await page.keyboard.press("Tab")
    assert await page.locator(":focus").evaluate(LOOKS) == {"outline": 3, "border": True}
    await page.get_by_text("Đồng ý", exact=True).click()
    await expect(page.locator("#talk li.bot").last).to_contain_text("Câu 1/4")
    for seen in ("button", ".bot", ".citizen", "#words"):
        assert await page.evaluate(UNSEEN, seen) == [], seen
    chosen = page.locator("button.chosen")
    other = page.locator(".past button:not(.chosen)").first
    assert [(await one.evaluate(LOOKS))["outline"] for one in (chosen, other)] == [3, 0]
    await page.reload()
    await expect(chosen).to_have_text("Đồng ý")
    await expect(chosen).to_have_attribute("aria-pressed", "true")


async def test_seven_tabs(here: Place) -> None:
    """All show the chat when they are looked at; one answer counts once."""
    first = await here.page(here.link(1))
    await expect(first.get_by_text("Đồng ý", exact=True)).to_be_visible()
    tabs = [first]
    for _ in range(6):
        tab = await first.context.new_page()
        await tab.goto(f"{here.base}/")
        await expect(tab.get_by_text("Đồng ý", exact=True)).to_be_visible()
        tabs.append(tab)
    await tabs[-1].get_by_text("Đồng ý", exact=True).click()
    for tab in reversed(tabs):
        await tab.bring_to_front()
        await tab.locator("h1").click()
        await expect(tab.locator("#talk li.bot").last).to_contain_text("Câu 1/4")


async def test_in_a_frame_of_another_site(here: Place) -> None:
    """No cookie comes along there: the page goes on as the plain one, with the same link."""
    frame = f'<iframe src="{here.base}{here.link(2)}" width="400" height="600"></iframe>'

    page = await here.page()
    await page.context.route(MESSENGER, lambda route: route.fulfill(body=frame, **HTML))
    await page.goto(MESSENGER)
    inside = page.frame_locator("iframe")
    await inside.get_by_role("button", name="Đồng ý").click(timeout=20_000)
    await expect(inside.locator("#talk")).to_contain_text("Câu 1/4")
