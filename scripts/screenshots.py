"""Draw the pictures of the README from the running demo: `make screenshot`.

Taps through the short path on a phone-sized page, lets the crowd answer, and puts the phone and
the officer's page side by side.
"""

import base64
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
MOTCUA = Path(sys.executable).with_name("motcua")
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1240, "height": 844}
TAPS = ("Đồng ý", "Rất hài lòng", "Không lần nào")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    """Start the demo in a folder of its own, draw, stop it."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = subprocess.Popen(
            [MOTCUA, "demo", "--port", "0", "--no-browser", "--data", folder],
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            draw(_address(demo))
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(20)


def draw(address: str) -> None:
    """Take both pictures and join them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        officer = _officer(browser, f"{address}/officer")
        phone = _phone(browser, f"{address}/")
        _join(browser, phone, officer)
        browser.close()


def _officer(browser: Browser, address: str) -> bytes:
    page = browser.new_page(viewport=DESK)
    page.goto(address)
    page.get_by_role("button", name="Cho 200 người dân").click()
    page.get_by_text(re.compile("^Xong: 200/200")).wait_for(timeout=120_000)
    page.wait_for_timeout(2500)
    return _picture(page, "officer.png")


def _phone(browser: Browser, address: str) -> bytes:
    page = browser.new_page(viewport=PHONE, device_scale_factor=2)
    page.goto(address)
    for label in TAPS:
        page.get_by_role("button", name=label, exact=True).click()
    page.get_by_text("Câu 3/4").wait_for()
    page.wait_for_timeout(500)
    return _picture(page, "phone.png")


def _picture(page: Page, name: str) -> bytes:
    return page.screenshot(path=IMAGES / name)


def _join(browser: Browser, phone: bytes, officer: bytes) -> None:
    page = browser.new_page(viewport={"width": 1704, "height": 892})
    drawn = "".join(
        f'<img height="{height}" src="data:image/png;base64,{base64.b64encode(data).decode()}">'
        for data, height in ((phone, 844), (officer, 844))
    )
    style = "display:flex;gap:24px;margin:0;padding:24px;background:#d9cfbf"
    page.set_content(f'<body style="{style}">{drawn}</body>')
    page.add_style_tag(content="img{flex:none;border-radius:14px;box-shadow:0 6px 24px #0004}")
    page.screenshot(path=IMAGES / "demo.png")


def _address(demo: subprocess.Popen[str]) -> str:
    lines = demo.stderr or ()
    for line in lines:
        found = re.search(r"(http://127\.0\.0\.1:\d+)/$", line.rstrip())
        if found:
            return found[1]
    raise SystemExit("the demo did not start")


if __name__ == "__main__":
    main()
