"""Moments come back from the database as they went in."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select

from guidelines.moment import Moment

METADATA = MetaData()
TABLE = Table("instant", METADATA, Column("id", Integer, primary_key=True), Column("at", Moment))


def stored(at: datetime | None) -> datetime | None:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(TABLE).values(id=1, at=at))
        return connection.execute(select(TABLE.c.at)).scalar_one()


def test_a_moment_keeps_its_instant_and_comes_back_in_utc() -> None:
    paris = datetime(2026, 11, 24, 10, 2, 3, 456789, tzinfo=timezone(timedelta(hours=1)))
    back = stored(paris)
    assert back == paris
    assert back is not None
    assert back.tzinfo is UTC


def test_no_moment_stays_none() -> None:
    assert stored(None) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(Exception, match="time zone"):
        stored(datetime(2026, 11, 24, 10, 2))
