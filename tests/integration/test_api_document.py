"""The OpenAPI document is valid, true, and enough for a client that knows nothing else of us."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from admin.importing.dossier_columns import COLUMNS
from bot.api.shapes import SurveyChanged
from surveys.store.base.database import Database
from tests.integration.pushing import Pusher, give_token, pushing
from tests.integration.rows import add_unit

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GenericClient:
    """A client as third parties make them: from the document alone."""

    http: ClientSession
    base: str
    document: Tree
    token: str

    @classmethod
    async def of(cls, system: Pusher) -> "GenericClient":
        """Read the document of a server."""
        async with system.http.get(f"{system.base}/api/openapi.json") as answer:
            document = await answer.json()
        return cls(http=system.http, base=system.base, document=document, token=system.token)

    def operations(self) -> Iterator[tuple[str, str, Tree]]:
        """Method, path and description of each operation."""
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                yield method, path, operation

    async def call(self, method: str, path: str, operation: Tree) -> tuple[str, Any]:
        """Send the operation's own examples; status and answer."""
        headers = {"Authorization": f"Bearer {self.token}"}
        for one in operation.get("parameters", ()):
            if "example" not in one:
                continue
            if one["in"] == "path":
                path = path.replace(f"{{{one['name']}}}", one["example"])
            else:
                headers[one["name"]] = one["example"]
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        url = f"{self.base}{path}"
        sent = {"json": body["example"]} if body else {}
        async with self.http.request(method, url, headers=headers, **sent) as answer:
            return str(answer.status), await answer.json()

    def validator(self, schema: Tree) -> "Draft202012Validator":
        """A validator of a schema of the document. The library takes seconds to load, so no worker
        that runs other tests loads it.
        """
        from jsonschema import Draft202012Validator

        return Draft202012Validator({**schema, "components": self.document["components"]})


@pytest.fixture
async def prepared(sqlite_database: Database) -> Database:
    """A database with the unit that the examples name."""
    async with sqlite_database.write() as conn:
        await add_unit(conn)
    return sqlite_database


async def test_the_document_is_valid_openapi(prepared: Database) -> None:
    """Checked by a validator that is not ours; every column of an import is a field."""
    from openapi_spec_validator import validate

    async with pushing(prepared) as system:
        client = await GenericClient.of(system)
    validate(client.document)
    assert client.document["openapi"].startswith("3.1")
    fields = client.document["components"]["schemas"]["Dossier"]["properties"]
    assert set(fields) == {spec.name for spec in COLUMNS}


async def test_a_client_made_from_the_document_can_use_the_api(prepared: Database) -> None:
    """Each operation's example is accepted, and what comes back fits the schema of its status."""
    async with pushing(prepared) as system:
        client = await GenericClient.of(replace(system, token=await give_token(prepared)))
        for method, path, operation in client.operations():
            status, answer = await client.call(method, path, operation)
            assert status == "200", (path, answer)
            content = operation["responses"][status]["content"]["application/json"]
            client.validator(content["schema"]).validate(answer)
            if "example" in content:
                assert answer.keys() == content["example"].keys()


async def test_every_example_fits_its_schema(prepared: Database) -> None:
    """Of requests, answers, refusals and the webhook."""
    count = 0
    async with pushing(prepared) as system:
        client = await GenericClient.of(system)
    for content in _contents(client.document):
        client.validator(content["schema"]).validate(content["example"])
        count += 1
    assert count > 8
    wrong = {"id": 1} | dict.fromkeys(SurveyChanged.__struct_fields__[1:], "x")
    schema = client.document["components"]["schemas"]["SurveyChanged"]
    assert not client.validator(schema).is_valid(wrong)


async def test_a_refusal_fits_its_schema(prepared: Database) -> None:
    """401 for every operation that needs a token; the document itself needs none."""
    async with pushing(prepared) as system:
        client = await GenericClient.of(system)
        for method, path, operation in client.operations():
            status, answer = await client.call(method, path, operation)
            assert status == ("200" if operation.get("security") == [] else "401")
            content = operation["responses"][status]["content"]["application/json"]
            client.validator(content["schema"]).validate(answer)


def _contents(tree: Any) -> Iterator[Tree]:  # noqa: ANN401 - any part of the document
    if isinstance(tree, dict):
        if "schema" in tree and "example" in tree:
            yield tree
        for part in tree.values():
            yield from _contents(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _contents(part)
