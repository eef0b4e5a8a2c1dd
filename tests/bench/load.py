"""A load generator in a process of its own: as many requests as the server answers.

It speaks just enough HTTP to cost far less than any server under test: prepared requests over
kept-open connections, the next one as soon as the answer is there.

    python -m tests.bench.load PORT KIND CONNECTIONS SECONDS FIRST_NUMBER

KIND is the channel whose updates are posted: `telegram`, or `zalo_oa` with its signature. It

prints the number of answers with status 200, the seconds they took, and their number together with
those of the half second before the measured time.
"""

import asyncio
import hashlib
import json
import sys
from collections.abc import Callable

SECRET = "bench-secret"
BODY = json.dumps(
    {
        "update_id": 0,
        "message": {
            "message_id": 77,
            "date": 1_622_500_000,
            "chat": {"id": 0, "type": "private", "first_name": "Lan", "last_name": "Trần"},
            "from": {"id": 0, "is_bot": False, "first_name": "Lan", "language_code": "vi"},
            "text": "Hồ sơ của tôi đến đâu rồi? Tôi nộp hôm thứ Hai ở một cửa xã.",
        },
    }
)
APP_ID = "3608465248940903967"
EVENT = json.dumps(
    {
        "app_id": APP_ID,
        "sender": {"id": "CHAT"},
        "recipient": {"id": "388613280878808645"},
        "user_id_by_app": "552177279717587730",
        "event_name": "user_send_text",
        "message": {
            "text": "Hồ sơ của tôi đến đâu rồi? Tôi nộp hôm thứ Hai ở một cửa xã.",
            "msg_id": "NUMBER",
        },
        "timestamp": "1764230000000",
    },
    ensure_ascii=False,
    separators=(",", ":"),
)
PATHS = {"telegram": "/telegram/webhook", "zalo_oa": "/zalo/webhook"}
CHATS = 1_000


class Client(asyncio.Protocol):
    """One connection: asks, waits, asks again."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first time."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._load.request())

    def data_received(self, data: bytes) -> None:
        """Count the answer and ask again; the answers have no body."""
        self._seen += data
        if not self._seen.endswith(b"\r\n\r\n"):
            return
        self._load.answered += self._seen.startswith(b"HTTP/1.1 200")
        self._seen = b""
        self._transport.write(self._load.request())


class Load:
    """What all connections share: the next update's number, the answers so far."""

    def __init__(self, kind: str, first: int) -> None:
        head = "HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        self._head = f"POST {PATHS[kind]} {head}".encode()
        self._make = MAKERS[kind]
        self._number = first
        self.answered = 0

    def request(self) -> bytes:
        """The next update, of one of many chats."""
        self._number += 1
        body, header = self._make(self._number)
        return self._head + b"%b\r\nContent-Length: %d\r\n\r\n%b" % (header, len(body), body)


def telegram(number: int) -> tuple[bytes, bytes]:
    """An update of Telegram, and the header with the secret."""
    body = BODY.encode().replace(b'"update_id": 0', b'"update_id": %d' % number, 1)
    body = body.replace(b'"id": 0', b'"id": %d' % (number % CHATS + 1))
    return body, b"X-Telegram-Bot-Api-Secret-Token: " + SECRET.encode()


def zalo_oa(number: int) -> tuple[bytes, bytes]:
    """An event of an Official Account, and the header with its signature."""
    body = EVENT.encode().replace(b"CHAT", b"%d" % (number % CHATS + 1), 1)
    body = body.replace(b"NUMBER", b"%x" % number, 1)
    signed = APP_ID.encode() + body + b"1764230000000" + SECRET.encode()
    mac = hashlib.sha256(signed).hexdigest().encode()
    return body, b"X-ZEvent-Signature: mac=" + mac


MAKERS: dict[str, Callable[[int], tuple[bytes, bytes]]] = {
    "telegram": telegram,
    "zalo_oa": zalo_oa,
}


async def run(port: int, kind: str, connections: int, seconds: float, first: int) -> None:
    """Load the server, and print the result as JSON."""
    load = Load(kind, first)
    loop = asyncio.get_running_loop()
    clients = [
        await loop.create_connection(lambda: Client(load), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.sleep(0.5)
    begun, before = loop.time(), load.answered
    await asyncio.sleep(seconds)
    took, count = loop.time() - begun, load.answered - before
    for transport, _ in clients:
        transport.abort()
    counted = {"answered": count, "seconds": took, "in_all": load.answered}
    sys.stdout.write(json.dumps(counted))


if __name__ == "__main__":
    port, kind, connections, seconds, first = sys.argv[1:]
    asyncio.run(run(int(port), kind, int(connections), float(seconds), int(first)))
