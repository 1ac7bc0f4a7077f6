"""The frames of the live protocol: read from strangers without trust, written once for everybody."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import msgspec

MOST_FRAME: Final = 1_048_576
MOST_STEPS: Final = 64
MOST_REF: Final = 64


#: What a revision or a position may be: no more than every end can hold exactly.
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class MalformedFrame(Exception):
    """What came is no frame of the protocol: the socket is closed with 4009."""


class Open(msgspec.Struct, tag_field="t", tag="open", forbid_unknown_fields=True):
    """The first frame: with which schema, and which revision is at hand already."""

    schema: str
    have: Count | None = None


class Commit(msgspec.Struct, tag_field="t", tag="commit", forbid_unknown_fields=True):
    """Steps made on a revision, under the writer's own name for them."""

    ref: str
    base: Count
    steps: list[Any]


class Cursor(msgspec.Struct, tag_field="t", tag="cursor", forbid_unknown_fields=True):
    """Where the writer is, in the document of a revision."""

    revision: Count
    anchor: Count
    head: Count


class Ping(msgspec.Struct, tag_field="t", tag="ping", forbid_unknown_fields=True):
    """A sign of life."""


Frame = Open | Commit | Cursor | Ping


@dataclass(frozen=True, slots=True)
class Logged:
    """A commit as everybody is told of it; `kept` None says that the writer's steps all stand as they were sent."""

    revision: int
    ref: str
    person_id: str
    #: Each step's JSON text, as the log has it.
    steps: Sequence[str]
    kept: Sequence[int] | None = field(default=None)


def read_frame(text: str) -> Frame:
    """The frame; raises `MalformedFrame`.

    Half a surrogate pair passes here: the steps' own check names it and the connection is kept.
    """
    if len(text) > MOST_FRAME:
        raise MalformedFrame("too large")
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_once)
        frame: Frame = msgspec.convert(value, Frame)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise MalformedFrame(str(error)) from None
    if isinstance(frame, Commit) and not (1 <= len(frame.ref) <= MOST_REF and 1 <= len(frame.steps) <= MOST_STEPS):
        raise MalformedFrame("a commit has a short ref and 1 to 64 steps")
    if isinstance(frame, Commit) and not (frame.ref.isascii() and frame.ref.isprintable()):
        raise MalformedFrame("a ref is printable ASCII")
    return frame


def write_frame(kind: str, **values: Any) -> str:
    """A frame's text."""
    return msgspec.json.encode({"t": kind, **values}).decode()


def commit_value(commit: Logged, names: dict[str, str]) -> dict[str, Any]:
    """A commit as it stands in `commits` and `catchup`."""
    value: dict[str, Any] = {
        "revision": commit.revision,
        "ref": commit.ref,
        "by": {"id": commit.person_id, "name": names.get(commit.person_id, "")},
        "steps": [msgspec.Raw(step.encode()) for step in commit.steps],
    }
    if commit.kept is not None:
        value["kept"] = list(commit.kept)
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice")
    return value
