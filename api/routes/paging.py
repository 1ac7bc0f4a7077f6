"""Cursor paging: a page of a list and an opaque cursor to the next; rows added meanwhile repeat and hide none."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from litestar.params import QueryParameter
from pydantic import BaseModel

from api.errors import InvalidRequest

T = TypeVar("T")

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str, QueryParameter(max_length=400, description="`next` of the page before; empty for the first page.")
]


class Page(BaseModel, Generic[T]):
    """A page of a list; `next` is None on the last one."""

    items: list[T]
    next: str | None


def paged(rows: Sequence[Any], limit: int, key: Callable[[Any], Sequence[str | int]]) -> tuple[list[Any], str | None]:
    """The page of at most `limit` rows and the cursor behind it. `rows` holds one row more than a page if there is."""
    page = list(rows[:limit])
    return page, write_cursor(key(page[-1])) if len(rows) > limit else None


def write_cursor(key: Sequence[str | int]) -> str:
    """The place in a sorted list as an opaque word."""
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).decode().rstrip("=")


def read_cursor(cursor: str, *kinds: type) -> tuple[Any, ...] | None:
    """The place that a cursor names, its parts of these kinds; None for the first page. Raises `InvalidRequest`."""
    if not cursor:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        key = None
    if not isinstance(key, list) or [type(part) for part in key] != list(kinds):
        raise InvalidRequest(fields=[("cursor", "unknown")])
    return tuple(key)


def after(rows: Sequence[T], cursor: tuple[Any, ...] | None, key: Callable[[T], tuple[Any, ...]]) -> list[T]:
    """The rows of a short, sorted list that stand behind the cursor."""
    return [row for row in rows if cursor is None or key(row) > cursor]
