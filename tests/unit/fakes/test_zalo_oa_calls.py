"""The fake Official Account answers what Zalo's own SDK asks, as the SDK asks it."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.fakes.zalo_oa import FakeZaloOA


@dataclass(frozen=True, slots=True)
class Client:
    """Calls as the SDK makes them: GET parameters as JSON in `data`, errors inside HTTP 200."""

    fake: FakeZaloOA
    http: aiohttp.ClientSession
    token: str

    async def get(self, path: str, **data: Any) -> Any:  # noqa: ANN401
        """The whole answer."""
        url, query = f"{self.fake.root}{path}", {"data": json.dumps(data)}
        async with self.http.get(url, params=query, headers={"access_token": self.token}) as got:
            assert got.status == 200
            return await got.json()

    async def post(self, path: str, **body: Any) -> Any:  # noqa: ANN401
        """The whole answer."""
        url, headers = f"{self.fake.root}{path}", {"access_token": self.token}
        async with self.http.post(url, json=body, headers=headers) as got:
            return await got.json()

    async def upload(self, kind: str, content: bytes) -> Any:  # noqa: ANN401
        """The whole answer."""
        form = aiohttp.FormData()
        form.add_field("file", content, filename="a.png", content_type="image/png")
        url, headers = f"{self.fake.root}/v2.0/oa/upload/{kind}", {"access_token": self.token}
        async with self.http.post(url, data=form, headers=headers) as got:
            return await got.json()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client with a token that works."""
    async with FakeZaloOA() as fake, aiohttp.ClientSession() as http:
        yield Client(fake, http, fake.pair()[0])


async def test_profiles_chats_and_tags(client: Client) -> None:
    """People, what was said, and the labels that staff give."""
    lan = client.fake.person()
    await lan.follows()
    await lan.types("xin chào")
    for path in ("/v3.0/oa/user/detail", "/v2.0/oa/getprofile"):
        assert (await client.get(path, user_id=lan.id))["data"]["display_name"] == "Lan"
    listed = await client.get("/v2.0/oa/getfollowers", offset=0, count=10)
    assert listed["data"]["followers"] == [{"user_id": lan.id}]
    (newest,) = (await client.get("/v2.0/oa/listrecentchat", offset=0, count=10))["data"]
    said = await client.get("/v2.0/oa/conversation", user_id=int(lan.id), offset=0, count=10)
    assert said["data"] == [newest]
    assert (newest["src"], newest["message"]) == (1, "xin chào")
    assert (await client.post("/v2.0/oa/tag/tagfollower", user_id=lan.id, tag_name="vip"))[
        "error"
    ] == 0
    assert (await client.get("/v2.0/oa/tag/gettagsofoa"))["data"] == ["vip"]
    await client.post("/v2.0/oa/tag/rmfollowerfromtag", user_id=lan.id, tag_name="vip")
    assert (await client.post("/v2.0/oa/tag/rmtag", tag_name="vip"))["error"] == 0


async def test_quotas_as_a_published_client_asks_for_them(client: Client) -> None:
    """Of the account, of one citizen, and without any body as the SDK of before asks."""
    lan = client.fake.person()
    path = "/v3.0/oa/quota/message"
    (left,) = (await client.post(path, quota_owner="OA"))["data"]
    assert (left["product_type"], left["remain"]) == ("cs", 1_000)
    assert (await client.post(path, quota_owner="OA", product_type="transaction"))["data"] == []
    assert (await client.post(path, user_id=lan.id))["data"]["cs_reply"]["total"] == 8
    url, headers = f"{client.fake.root}/v2.0/oa/quota/message", {"access_token": client.token}
    async with client.http.post(url, headers=headers) as got:
        assert (await got.json())["error"] == 0


async def test_a_picture_is_uploaded_and_sent(client: Client) -> None:
    """By the id of the upload; one that was not uploaded is refused."""
    lan = client.fake.person()
    await lan.types("xin chào")
    number = (await client.upload("image", b"\x89PNG"))["data"]["attachment_id"]
    for attachment, code in ((number, 0), ("unknown", -201)):
        elements = [{"media_type": "image", "attachment_id": attachment}]
        payload = {"template_type": "media", "elements": elements}
        message = {"text": "Giấy hẹn", "attachment": {"type": "template", "payload": payload}}
        sent = await client.post(
            "/v3.0/oa/message/cs", recipient={"user_id": lan.id}, message=message
        )
        assert sent["error"] == code
    assert [one.text for one in lan.received] == ["Giấy hẹn"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v3.0/oa/message/promotion", -240),
        ("/v3.0/oa/message/transaction", -240),
        ("/v2.0/oa/message", -240),
        ("/v3.0/oa/nothing", -209),
    ],
)
async def test_what_was_shut_down_is_refused(client: Client, path: str, code: int) -> None:
    """Inside HTTP 200."""
    assert (await client.post(path, recipient={}, message={"text": "x"}))["error"] == code


async def test_wrong_tokens_and_parameters_are_refused(client: Client) -> None:
    """As Zalo says it: -216 for the token, -201 and -210 for parameters."""
    assert (await client.get("/v2.0/oa/getprofile", user_id="1"))["error"] == -201
    assert (await client.get("/v2.0/oa/listrecentchat", offset=0, count=51))["error"] == -210
    stranger = Client(client.fake, client.http, "wrong")
    assert (await stranger.get("/v2.0/oa/getoa"))["error"] == -216
