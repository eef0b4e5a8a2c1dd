"""The token endpoint: single-use refresh tokens, errors inside HTTP 200, in their own fields."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from tests.fakes.zalo_oa.state import (
    ACCESS_SECONDS,
    APP_ID,
    APP_SECRET,
    REFRESH_SECONDS,
    State,
)


def exchange(state: State, form: Mapping[str, str], secret: str) -> dict[str, Any]:
    """The answer to one request, a pair or an error."""
    if secret != APP_SECRET:
        return _error(state, -14001, "Invalid secret key", "Secret key is invalid")
    if form.get("app_id") != APP_ID:
        return _error(state, -14002, "Invalid appId", "App is not active but user is not admin")
    if form.get("grant_type") == "authorization_code":
        return _by_code(state, form)
    if form.get("grant_type") == "refresh_token":
        return _by_refresh_token(state, form.get("refresh_token", ""))
    return _error(state, -14004, "Invalid grant type", "")


def pair(state: State) -> dict[str, Any]:
    """A new pair; every earlier access and refresh token is dead from now on."""
    tokens = state.tokens
    tokens.count += 1
    access = f"access-{tokens.count}-{secrets.token_hex(8)}"
    refresh = f"refresh-{tokens.count}-{secrets.token_hex(8)}"
    tokens.access = {access: state.clock() + ACCESS_SECONDS}
    tokens.refresh = {refresh: state.clock() + REFRESH_SECONDS}
    return {"access_token": access, "refresh_token": refresh, "expires_in": str(ACCESS_SECONDS)}


def challenge_of(verifier: str) -> str:
    """S256, without padding."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _by_code(state: State, form: Mapping[str, str]) -> dict[str, Any]:
    challenge = state.tokens.codes.pop(form.get("code", ""), None)
    if challenge is None:
        return _error(state, -14005, "Invalid authorization code", "code is used or unknown")
    if challenge and challenge_of(form.get("code_verifier", "")) != challenge:
        return _error(state, -14006, "Invalid code verifier", "")
    return pair(state)


def _by_refresh_token(state: State, token: str) -> dict[str, Any]:
    ends = state.tokens.refresh.pop(token, None)
    if ends is None or ends < state.clock():
        state.tokens.used.append(token)
        return _error(state, -14014, "Invalid refresh token", "Refresh token is used or expired")
    state.tokens.used.append(token)
    return pair(state)


def _error(state: State, code: int, name: str, reason: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "error_name": name,
        "error_reason": reason,
        "error_description": reason or name,
        "ref_doc": "https://developers.zalo.me/docs",
    }
    return body | ({"error": code} if state.tokens.numeric_errors else {})
