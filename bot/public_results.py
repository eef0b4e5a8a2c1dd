"""`/ket-qua`: the public page of results, as `motcua report --public` wrote it; read-only.

Only files of the page are given out, and only from within its folder, whatever a path says.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

PLACE = "/ket-qua"
INDEX = "index.html"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[a-z0-9]+)?")
DEEPEST = 3
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
}
POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
CACHED = "public, max-age=300"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPage:
    """The folder of the page."""

    folder: Path

    def routes(self) -> list[web.AbstractRouteDef]:
        """The page and its files."""
        return [web.get(PLACE, self._into), web.get(PLACE + "/{name:.*}", self._file)]

    async def _into(self, _request: web.Request) -> web.StreamResponse:
        """Links of the page are relative, so its address ends with a slash."""
        raise web.HTTPPermanentRedirect(f"{PLACE}/")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        file = self.find(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        response = web.FileResponse(file)
        response.content_type = TYPES[file.suffix].partition(";")[0]
        if "charset" in TYPES[file.suffix]:
            response.charset = "utf-8"
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = CACHED
        return response

    def find(self, name: str) -> Path | None:
        """The file of the page with this name; None for anything else, links included."""
        parts = [*name.split("/")] if name else [INDEX]
        if parts[-1] == "":
            parts[-1] = INDEX
        if len(parts) > DEEPEST or not all(map(NAME.fullmatch, parts)):
            return None
        root = self.folder.resolve()
        file = root.joinpath(*parts)
        is_own = file.suffix in TYPES and file.is_file() and file.resolve() == file
        return file if is_own else None
