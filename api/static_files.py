"""The built assets: content-hashed names, cached for ever, compressed at build time."""

import mimetypes
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from api.assets import FOLDER
from api.errors import NotFound
from api.visit import Access

FOREVER = "public, max-age=31536000, immutable"


@get("/static/{path:path}", access=Access.PUBLIC, sync_to_thread=True, include_in_schema=False)
def static_file(request: "Request[Any, Any, Any]", path: FromPath[str]) -> "Response[bytes]":
    """One file of the build; only names that the build wrote exist, so no path can climb out of the folder."""
    name = str(path).lstrip("/")
    known = _names()
    if name not in known:
        raise NotFound()
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
    accepted = request.headers.get("accept-encoding", "")
    for suffix, encoding in ((".br", "br"), (".gz", "gzip")):
        if encoding in accepted and name + suffix in known:
            headers["content-encoding"] = encoding
            return Response((FOLDER / (name + suffix)).read_bytes(), media_type=media_type, headers=headers)
    return Response((FOLDER / name).read_bytes(), media_type=media_type, headers=headers)


def _names(cache: dict[Path, frozenset[str]] = {}) -> frozenset[str]:  # noqa: B006 - one listing per process
    if FOLDER not in cache:
        cache[FOLDER] = frozenset(str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*") if file.is_file())
    return cache[FOLDER]
