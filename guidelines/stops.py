"""The stops of a draft's life: sittings of writing, and what happened to the version between them.

A sitting is one person's writing without a pause of ten minutes; people who write among each other share one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

PAUSE: Final = timedelta(minutes=10)
WRITING: Final = "edit"
#: Causes that are sittings of writing; every other is a stop of its own.
WRITTEN: Final = frozenset({WRITING, "suggest", "repair"})


@dataclass(frozen=True, slots=True)
class Logged:
    """A step of the log without its content."""

    revision: int
    person_id: str
    at: datetime
    cause: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to the version, and what kind of thing."""

    at: datetime
    kind: str
    person_id: str | None


@dataclass(frozen=True, slots=True)
class Stop:
    """The text as a sitting, or a moment, left it: the revisions that it covers, who, from when to when."""

    #: The revision before the first of its steps, and that of the last.
    after: int
    revision: int
    kind: str
    people: tuple[str, ...]
    begun_at: datetime
    ended_at: datetime

    @property
    def steps(self) -> int:
        return self.revision - self.after


def stops(begun: Moment, steps: Sequence[Logged], moments: Iterable[Moment]) -> list[Stop]:
    """The stops from the first text on, in order; their revisions never fall, and together they cover every step.

    A moment stands behind the steps that were logged before it.
    """
    found = [Stop(0, 0, begun.kind, _people(begun), begun.at, begun.at)]
    waiting = sorted(moments, key=lambda moment: moment.at)
    part: list[Logged] = []
    for step in steps:
        while waiting and waiting[0].at < step.at:
            found += [*_sittings(part), _stop(waiting.pop(0), part, found)]
            part = []
        part.append(step)
    for moment in waiting:
        found += _sittings(part)
        part = []
        found.append(_stop(moment, part, found))
    return [*found, *_sittings(part)]


def _people(moment: Moment) -> tuple[str, ...]:
    return (moment.person_id,) if moment.person_id else ()


def _stop(moment: Moment, part: Sequence[Logged], found: Sequence[Stop]) -> Stop:
    revision = part[-1].revision if part else found[-1].revision
    return Stop(revision, revision, moment.kind, _people(moment), moment.at, moment.at)


def _sittings(steps: Sequence[Logged]) -> Iterator[Stop]:
    """The sittings among steps that nothing came between; what was brought in whole stands by itself."""
    for kind, some in groupby(steps, _kind):
        spans: list[list[Logged]] = []
        last: dict[str, list[Logged]] = {}
        for step in some:
            span = last.get(step.person_id)
            if span is None or step.at - span[-1].at > PAUSE:
                span = last[step.person_id] = []
                spans.append(span)
            span.append(step)
        for span in _joined(spans):
            people = tuple(dict.fromkeys(step.person_id for step in span))
            yield Stop(span[0].revision - 1, span[-1].revision, kind, people, span[0].at, span[-1].at)


def _kind(step: Logged) -> str:
    return WRITING if step.cause in WRITTEN else step.cause


def _joined(spans: Sequence[list[Logged]]) -> list[list[Logged]]:
    """Overlapping sittings made one."""
    joined: list[list[Logged]] = []
    for span in spans:
        if joined and span[0].revision < joined[-1][-1].revision:
            joined[-1] = sorted([*joined[-1], *span], key=lambda step: step.revision)
        else:
            joined.append(span)
    return joined
