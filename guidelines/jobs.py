"""Work put aside in the transaction that causes it: neither lost when that commits, nor done when it is rolled back."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from guidelines.tables import Job


def put(session: Session, kind: str, key: str, *, run_at: datetime, **payload: Any) -> None:
    """Puts work aside until `run_at`. Of the same key there is one job for ever: a second asking changes nothing."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = dialect.insert(Job).values(
        kind=kind, key=key, payload=json.dumps(payload, sort_keys=True), run_at=run_at, attempts=0, tries=0, error=""
    )
    session.execute(row.on_conflict_do_nothing(index_elements=["key"]))
