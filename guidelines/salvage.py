"""Reads what can still be read of a table whose rows may have been damaged, and names the rows that cannot."""

import zlib
from typing import Any, Final, TypeVar

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel, select

from guidelines.errors import GuidelineError

#: What reading a damaged row raises.
DAMAGED: Final = (
    ArithmeticError,
    AttributeError,
    GuidelineError,
    LookupError,
    RecursionError,
    SQLAlchemyError,
    TypeError,
    ValueError,
    zlib.error,
)
Row = TypeVar("Row", bound=SQLModel)


def salvaged(session: Any, table: type[Row], *where: Any) -> tuple[list[Row], dict[tuple[Any, ...], str]]:
    """The rows, and the keys of those that cannot be read with the reason."""
    query = select(table).where(*where)
    try:
        return list(session.exec(query)), {}
    except DAMAGED:
        # One damaged row keeps the database's driver from handing over any other: they are fetched one by one.
        rows: list[Row] = []
        lost: dict[tuple[Any, ...], str] = {}
    keys = inspect(table).primary_key
    for key in session.execute(select(*keys).where(*where)).all():
        same = [column == value for column, value in zip(keys, key, strict=True)]
        try:
            rows.extend(session.exec(select(table).where(*same)))
        except DAMAGED as error:
            lost[tuple(key)] = error.__class__.__name__
    return rows, lost
