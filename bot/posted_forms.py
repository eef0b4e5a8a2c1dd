"""Reads the forms of our own pages: small, URL-encoded, UTF-8, and nothing else.

The library's reader also takes multipart bodies: with files, encodings and character sets of a
stranger's choice, each of which is another way to fail.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web

FORM_TYPE = "application/x-www-form-urlencoded"
MAX_FIELDS = 20


async def read_form(request: web.Request) -> Mapping[str, str]:
    """The fields of a posted form, the last of each name. Raises 415 for another type of body, and
    400 for one that cannot be read."""
    if request.content_type != FORM_TYPE:
        raise web.HTTPUnsupportedMediaType
    body = await request.read()
    try:
        return dict(
            parse_qsl(
                body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
            )
        )
    except ValueError:
        raise web.HTTPBadRequest(text="not a form of the page") from None
