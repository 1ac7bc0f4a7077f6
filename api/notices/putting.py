"""Puts a notice down for a person: once, however often it is told; and the mail of it aside."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import select

from api.jobs.kinds import Desk
from api.notices.kinds import URGENT, NoticeKind
from api.tables import Notice, Unmailed
from guidelines import jobs

#: Mails wait for what follows closely: until nothing came for so long, and never longer than that.
QUIET: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(minutes=30)
WAITING: Final = "waiting"


def tell(
    desk: Desk,
    kind: NoticeKind,
    people: Iterable[str],
    *,
    about: str,
    guideline_id: str,
    version_id: str,
    thread_id: str | None = None,
    **data: Any,
) -> int:
    """Tells people. `about` and the person make the notice's key: told before, it is not told again. How many were."""
    wanted = sorted(set(people))
    silent = _silent(desk, kind, wanted)
    mails = bool(desk.services.config.smtp_url)
    return sum(
        _put(
            desk,
            {
                "key": f"{kind}:{about}:{person_id}",
                "person_id": person_id,
                "kind": kind.value,
                "at": desk.at,
                "guideline_id": guideline_id,
                "version_id": version_id,
                "thread_id": thread_id,
                "data": json.dumps(data, sort_keys=True),
                "mail": WAITING if mails and person_id not in silent else "none",
            },
        )
        for person_id in wanted
    )


def _silent(desk: Desk, kind: NoticeKind, people: list[str]) -> set[str]:
    return set(desk.session.exec(select(Unmailed.person_id).where(Unmailed.kind == kind.value))) & set(people)


def _put(desk: Desk, values: dict[str, Any]) -> bool:
    dialect = sqlite if desk.session.get_bind().dialect.name == "sqlite" else postgresql
    row = dialect.insert(Notice).values(**values).on_conflict_do_nothing(index_elements=["key"])
    new = desk.session.connection().execute(row.returning(Notice.__table__.c.id)).scalar()  # type: ignore[attr-defined]
    if new is None:
        return False
    if values["mail"] == WAITING:
        wait = timedelta() if values["kind"] in URGENT else QUIET
        jobs.put(desk.session, "mail", f"mail:{new}", run_at=desk.at + wait, person=values["person_id"])
    return True
