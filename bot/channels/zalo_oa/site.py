"""The file by which Zalo's console verifies that the public address is ours."""

import re
from collections.abc import Sequence

from aiohttp import web

CODE = re.compile(r"[A-Za-z0-9_-]{1,120}")
PAGE = (
    '<!DOCTYPE html><html><head><meta name="zalo-platform-site-verification" content="{code}">'
    "</head><body></body></html>"
)


def verification_routes(code: str) -> Sequence[web.RouteDef]:
    """`/zalo_verifier<code>.html`, as the console wants to find it; nothing without a code."""
    if not CODE.fullmatch(code):
        return ()

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text=PAGE.format(code=code), content_type="text/html")

    return [web.get(f"/zalo_verifier{code}.html", page)]
