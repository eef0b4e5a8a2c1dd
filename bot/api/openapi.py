"""The OpenAPI 3.1 document, made from the types that requests are read and answered with."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import msgspec

from bot.api.examples import ANSWER, CHANGED, DOSSIER, FAILED, KEY, SURVEY
from bot.api.intake import Field
from bot.api.shapes import (
    Failed,
    Pushed,
    Survey,
    SurveyChanged,
    dossier_shape,
    dossiers_shape,
)

REFERENCE = "#/components/schemas/{name}"
Tree = dict[str, Any]


def document(fields: list[Field]) -> Tree:
    """The whole document, for a deployment whose dossiers have these fields."""
    dossier = dossier_shape(fields)
    several = dossiers_shape(dossier)
    kinds = [dossier, several, Pushed, Survey, Failed, SurveyChanged]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=REFERENCE)
    one, many, done, survey, failed, changed = schemas
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Một Cửa",
            "version": version("motcua"),
            "description": "Push dossiers; ask and be told how far the survey about them is.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": {
            "/api/dossiers": {"post": _push({"anyOf": [many, one]}, done, failed)},
            "/api/dossiers/{code}/survey": {"get": _survey(survey, failed)},
            "/api/openapi.json": {"get": _self()},
        },
        "webhooks": {"surveyChanged": {"post": _webhook(changed)}},
        "components": {
            "schemas": dict(components),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _push(body: Tree, done: Tree, failed: Tree) -> Tree:
    return {
        "operationId": "pushDossiers",
        "summary": "Create or change dossiers; each row is accepted or rejected with its reason.",
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "A repeated request with the same key gets the same answer and has"
                " no second effect; another body under the same key is refused.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 128},
                "example": KEY,
            },
            _language(),
        ],
        "requestBody": {
            "required": True,
            "content": _json(body, {"dossiers": [DOSSIER]}),
        },
        "responses": {
            "200": _answer("At least one row was accepted.", done, ANSWER),
            "422": {
                "description": "No row was accepted; or the key was used with another body.",
                "content": _json({"anyOf": [done, failed]}, FAILED),
            },
            **_refusals(failed, "400", "401", "413", "429", "503"),
        },
    }


def _survey(survey: Tree, failed: Tree) -> Tree:
    code = {
        "name": "code",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
        "example": DOSSIER["code"],
    }
    return {
        "operationId": "getSurvey",
        "summary": "How far the survey about a dossier is; never an answer, never a person.",
        "parameters": [code, _language()],
        "responses": {
            "200": _answer("The state of the survey.", survey, SURVEY),
            **_refusals(failed, "401", "404", "429"),
        },
    }


def _self() -> Tree:
    return {
        "operationId": "getDocument",
        "summary": "This document.",
        "security": [],
        "responses": {
            "200": {
                "description": "OpenAPI 3.1.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    }


def _webhook(changed: Tree) -> Tree:
    """What we send to the address given with `motcua token add --webhook`."""
    signature = {
        "name": "Motcua-Signature",
        "in": "header",
        "required": True,
        "description": "`t=SECONDS,v1=HEX`: HMAC-SHA-256 of `SECONDS.BODY` by the signing secret.",
        "schema": {"type": "string"},
    }
    return {
        "operationId": "surveyChanged",
        "summary": "The survey about a dossier has reached a state.",
        "security": [],
        "parameters": [signature],
        "requestBody": {"required": True, "content": _json(changed, CHANGED)},
        "responses": {
            "2XX": {"description": "Taken; any other answer is retried for three days."},
        },
    }


def _language() -> Tree:
    return {
        "name": "Accept-Language",
        "in": "header",
        "required": False,
        "description": "Language of the sentences: `vi` (default) or `en`.",
        "schema": {"type": "string"},
    }


REFUSALS: Mapping[str, str] = {
    "400": "The body is not JSON, or holds no dossiers.",
    "401": "No token, or one that is unknown or revoked.",
    "404": "No dossier with this code within the token's units.",
    "413": "Too many dossiers, or too many bytes, in one request.",
    "429": "Too many requests; wait as long as `Retry-After` says.",
    "503": "A file is being imported; try again after `Retry-After` seconds.",
}


def _refusals(failed: Tree, *statuses: str) -> Tree:
    """A refusal by the server itself, such as 413, may be plain text."""
    return {one: _answer(REFUSALS[one], failed, FAILED) for one in statuses}


def _answer(description: str, schema: Tree, example: object) -> Tree:
    return {"description": description, "content": _json(schema, example)}


def _json(schema: Tree, example: object) -> Tree:
    return {"application/json": {"schema": schema, "example": example}}
