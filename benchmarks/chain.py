"""How fast a chain of events is checked: as the audit does it, on entries in memory, and from a database.

    python -m benchmarks.chain

The last line is JSON.
"""

import json
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlmodel import SQLModel

import api.tables  # noqa: F401 - every table
from api.database import make_engine, transaction
from exports.evidence_record import event_hash
from guidelines.tables import Guideline, Person, Team
from workflow import events
from workflow.evidence import fields
from workflow.tables import Event

EVENTS = 200_000
AT = datetime(2026, 1, 5, tzinfo=UTC)


def chain(length: int) -> list[Event]:
    """A log of decisions, each entry bound to the one before."""
    made, previous = [], events.GENESIS
    for seq in range(1, length + 1):
        data = {"sign_off": seq, "team": "legal", "slices": {f"s{n}": f"{n:064x}" for n in range(5)}, "shown": "0" * 64}
        event = Event(
            guideline_id="g", seq=seq, at=AT + timedelta(seconds=seq), kind="signed_off", person_id="p" * 32,
            version_id="v" * 32, data=events.canonical(data), previous_hash=previous, hash="",
        )  # fmt: skip
        event.hash = previous = events.entry_hash(event)
        made.append(event)
    return made


def rate(work: object, count: int) -> int:
    """Events a second of CPU, the best of three: the machine is shared."""
    best = 1e9
    for _ in range(3):
        began = time.process_time()
        assert not work()  # type: ignore[operator]
        best = min(best, time.process_time() - began)
    return round(count / best)


def stored(folder: str, made: list[Event]) -> int:
    """The same from a SQLite file, reading included."""
    engine = make_engine(f"sqlite:///{folder}/charte.db")
    SQLModel.metadata.create_all(engine)
    with transaction(engine) as session:
        session.add(Team(id="t", name_fr="t", name_en="t"))
        session.add(Person(id="p", email="p@x.example", name="P", language="en", created_at=AT))
        session.flush()
        session.add(Guideline(id="g", slug="g", owner_team="t", policy="standard", created_at=AT, created_by="p"))
        session.flush()
        session.execute(insert(Event), [event.model_dump() for event in made])
    with transaction(engine, read_only=True) as session:
        found = rate(lambda: events.verify(events.history(session, "g")), len(made))
    engine.dispose()
    return found


def main() -> None:
    """Measures and prints."""
    made = chain(EVENTS)
    told = [fields(event) for event in made]
    found = {
        "events": EVENTS,
        "audit_per_s": rate(lambda: events.verify(made), EVENTS),
        "verifier_per_s": rate(lambda: [one for one in told if event_hash(one) != one["hash"]], EVENTS),
    }
    with tempfile.TemporaryDirectory() as folder:
        found["with_reading_per_s"] = stored(str(Path(folder)), made[: EVENTS // 4])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
