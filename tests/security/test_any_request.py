"""Whatever a stranger sends to any address of the service: an answer below 500, and a quiet log.

Hypothesis makes the requests, the real `motcua serve` answers them. A few in `make test`, thousands
in `make soak`.
"""

import http.client
import json
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.acceptance.support.command import Motcua
from tests.acceptance.support.serving import MOTCUA
from tests.chaos.serving import Logged, logged

SECRET = "Xy7-secret_of-webhooks"
ENV = {
    "listen": "127.0.0.1:0",
    "metrics_listen": "off",
    "telegram_token": "1234567890:AAExampleExampleExampleExampleExampl",
    "telegram_api_base": "http://127.0.0.1:9",
    "telegram_mode": "webhook",
    "telegram_webhook_secret": SECRET,
    "public_url": "http://127.0.0.1:9",
    "zalo_bot_token": "12345689:abc-xyz",
    "zalo_bot_api_base": "http://127.0.0.1:9",
    "zalo_bot_mode": "webhook",
    "zalo_bot_webhook_secret": SECRET,
}
PATHS = (
    "/",
    "/chat/events",
    "/chat/messages",
    "/pages/chat.js",
    "/telegram/webhook",
    "/zalo/webhook",
    "/zalo-bot/webhook",
    "/api/dossiers",
    "/api/openapi.json",
    "/api/dossiers/X/survey",
    "/l/AAAAAAAAAAAAAAAAAAAAAA",
    "/q/AAAAAAAAAAAAAAAAAAAAAA",
    "/plain",
    "/ket-qua/",
    "/healthz",
    "/metrics",
)
LOUDEST = 400
"""Bytes that one request may add to the log, on average."""
SHORT, LONG = 120, 5_000

_token = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
_value = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=200)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
_path = st.one_of(
    st.sampled_from(PATHS),
    st.builds("".join, st.tuples(st.sampled_from(PATHS), st.just("?"), _token)),
    st.builds("".join, st.tuples(st.sampled_from(PATHS), st.just("/"), _token)),
)
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="text"'
ODD_FORMS = (
    (PARTS, b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n" + b"--c\r\n" * 2_000),
    (PARTS, PART + b"\r\nContent-Encoding: deflate\r\n\r\nxx\r\n--b--\r\n"),
    (PARTS, PART + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--b--\r\n"),
    (PARTS, PART + b"\r\nContent-Type: text/plain; charset=foo\r\n\r\na\r\n--b--\r\n"),
    (PARTS, PART + b'; filename="a"\r\n\r\na\r\n--b--\r\n'),
    ("multipart/form-data", b"xx"),
    (f"{FORM}; charset=utf-7x", b"text=abc"),
    (FORM, b"text=%ff%fe"),
    (FORM, b"\xff\xfe"),
    (FORM, b"&".join(b"a%d=1" % number for number in range(10_000))),
)
"""Type and body of forms that a page of ours never posts."""
_forms = st.sampled_from([kind for kind, _ in ODD_FORMS])
_headers = st.dictionaries(
    st.sampled_from(
        (
            "Content-Type",
            "Cookie",
            "Origin",
            "Authorization",
            "Idempotency-Key",
            "Range",
            "Accept",
            "X-Telegram-Bot-Api-Secret-Token",
            "X-Bot-Api-Secret-Token",
            "X-ZEvent-Signature",
            "Content-Encoding",
            "Last-Event-ID",
            "Expect",
        )
    ),
    st.one_of(_value, st.just("application/json"), st.just(SECRET), st.just("gzip"), _forms),
    max_size=5,
)
_body = st.one_of(
    st.binary(max_size=2_000), _json.map(lambda one: json.dumps(one).encode()), st.just(b"{}")
)
_methods = st.sampled_from(("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE"))
"""What a stranger may send: any method, any of our addresses, any header that we read."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    """A running service with webhooks of several channels; its address and its log."""
    folder = tmp_path_factory.mktemp("service")
    motcua = Motcua(folder=folder, url=f"sqlite:///{folder}/motcua.sqlite", settings=ENV)
    assert motcua("db", "upgrade").code == 0
    with logged(MOTCUA, "--database-url", motcua.url, "serve", env=motcua.environment()) as running:
        yield running


def _ask(address: str, method: str, path: str, headers: dict[str, str], body: bytes) -> int | None:
    """The status; None where the service closed the line without a word, as it does to malformed
    requests that it cannot even answer."""
    line = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
    try:
        with suppress(http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            line.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                line.putheader(name, value.encode("latin-1"))
            line.putheader("Content-Length", str(len(body)))
            line.endheaders(body)
            return line.getresponse().status
        return None
    finally:
        line.close()


def _try(service: Logged, examples: int) -> None:
    address, log, _ = service
    before = log.stat().st_size

    @settings(
        max_examples=examples,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )
    @given(_methods, _path, _headers, _body)
    def each(method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        with suppress(ValueError):  # http.client itself refuses signs that end a header
            status = _ask(address, method, path, headers, body)
            assert status is None or status < 500 or path.startswith("/healthz"), (method, path)

    each()
    assert log.stat().st_size - before < LOUDEST * examples
    assert "Traceback" not in log.read_text("utf-8")
    assert _ask(address, "GET", "/", {}, b"") == 200


def test_no_request_is_a_fault_of_ours(service: Logged) -> None:
    """No 5xx, no traceback, no flood of the log; the page is served afterwards."""
    _try(service, SHORT)


def test_no_form_is_a_fault_of_ours(service: Logged) -> None:
    """Multipart bodies, character sets and encodings that our pages never post are refused."""
    before = service.log.stat().st_size
    for path in ("/plain", "/q/AAAAAAAAAAAAAAAAAAAAAA"):
        for kind, body in ODD_FORMS:
            status = _ask(service.address, "POST", path, {"Content-Type": kind}, body)
            assert status in {400, 403, 404, 413, 415}, (path, kind, body[:80])
    assert service.log.stat().st_size - before < LOUDEST


@pytest.mark.soak
def test_thousands_of_requests(service: Logged) -> None:
    """The long form."""
    _try(service, LONG)
