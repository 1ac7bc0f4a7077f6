"""The frames of the live protocol: read from strangers without trust, written once for everybody."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

import msgspec

MOST_FRAME: Final = 1_048_576
MOST_STEPS: Final = 64
#: Of a commit that goes in whole or not at all.
MOST_WHOLE: Final = 1_024
MOST_NOTE: Final = 2_000
MOST_DECIDED: Final = 1_000
MOST_REF: Final = 64


#: A step that puts plain words between two others, in the one form in which the log has it.
_TYPED: Final = re.compile(
    r'\{"stepType":"replace","from":(\d+),"to":\1,'
    r'"slice":\{"content":\[\{"type":"text","text":("(?:[^"\\]|\\.)*+")\}\]\}\}'
)

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
    kind: Literal["edit", "suggest"] = "edit"
    #: The reason for what is suggested.
    note: str = ""
    #: All of it or nothing; a suggestion always is.
    whole: bool = False


class Resolve(msgspec.Struct, tag_field="t", tag="resolve", forbid_unknown_fields=True):
    """Decisions on suggestions as they stood at a revision."""

    ref: str
    base: Count
    accept: list[str] = []
    reject: list[str] = []


class Cursor(msgspec.Struct, tag_field="t", tag="cursor", forbid_unknown_fields=True):
    """Where the writer is, in the document of a revision."""

    revision: Count
    anchor: Count
    head: Count


class Ping(msgspec.Struct, tag_field="t", tag="ping", forbid_unknown_fields=True):
    """A sign of life."""


Frame = Open | Commit | Resolve | Cursor | Ping


@dataclass(frozen=True, slots=True)
class Logged:
    """A commit as everybody is told of it; `kept` None says that the writer's steps all stand as they were sent."""

    revision: int
    ref: str
    person_id: str
    #: Each step's JSON text, as the log has it.
    steps: Sequence[str]
    kept: Sequence[int] | None = field(default=None)
    #: `suggest` or `resolve`; "" for an edit.
    kind: str = ""


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
    if isinstance(frame, Commit):
        most = MOST_WHOLE if frame.whole or frame.kind == "suggest" else MOST_STEPS
        if not 1 <= len(frame.steps) <= most or len(frame.note) > MOST_NOTE:
            raise MalformedFrame("a commit has 1 to 64 steps, one that is whole 1 to 1,024")
    if isinstance(frame, Resolve) and not 1 <= len(frame.accept) + len(frame.reject) <= MOST_DECIDED:
        raise MalformedFrame("1 to 1,000 suggestions are decided at once")
    if isinstance(frame, Commit | Resolve) and not _is_ref(frame.ref):
        raise MalformedFrame("a ref is short and printable ASCII")
    return frame


def _is_ref(ref: str) -> bool:
    return 1 <= len(ref) <= MOST_REF and ref.isascii() and ref.isprintable()


def write_frame(kind: str, **values: Any) -> str:
    """A frame's text."""
    return msgspec.json.encode({"t": kind, **values}).decode()


def short(step: str) -> str:
    """A logged step as it travels: plain words put in are `[position,"text"]`, a tenth of the whole form."""
    typed = _TYPED.fullmatch(step)
    return f"[{typed[1]},{typed[2]}]" if typed else step


def commit_value(commit: Logged, names: dict[str, str]) -> dict[str, Any]:
    """A commit as it stands in `commits` and `catchup`."""
    value: dict[str, Any] = {
        "revision": commit.revision,
        "ref": commit.ref,
        "by": {"id": commit.person_id, "name": names.get(commit.person_id, "")},
        "steps": [msgspec.Raw(short(step).encode()) for step in commit.steps],
    }
    if commit.kind:
        value["kind"] = commit.kind
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
