"""The class that the rules propose for a version: slice by slice against the words that were signed, then the highest.

Beside the words of the sections this judges what is signed with them: which sections there are, in which order, whose
they are, and the title, summary, kind, audience and language.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from guidelines.document import Node
from guidelines.sections import META, OUTLINE, Place, Section, outline, sections
from workflow.change_class.findings import Finding, Proposal, Why, highest, proposal
from workflow.change_class.proposal import propose
from workflow.policy import Change


@dataclass(frozen=True, slots=True)
class Text:
    """What stands in a version: its document and what is signed beside it."""

    document: Node
    title: str
    summary: str
    kind: str
    audience: str
    language: str


def propose_all(before: Text | None, now: Text, names: frozenset[str] = frozenset()) -> dict[str, Proposal]:
    """Slice to its proposal, for each slice that differs from the words signed; sections in order, then the rest.

    Without words that were signed everything is new.
    """
    if before is None:
        return {part.id: proposal([Finding(Why.FIRST_EDITION)]) for part in sections(now.document)}
    then = {part.id: part for part in sections(before.document)}
    today = {part.id: part for part in sections(now.document)}
    found: dict[str, Proposal] = {}
    for part in today.values():
        if part.id not in then:
            found[part.id] = proposal([Finding(Why.SECTION_ADDED, after=part.title)])
        elif then[part.id].hash != part.hash:
            judged = propose(_leveled(then[part.id]), _leveled(part), now.language, names)
            found |= {part.id: judged} if judged.findings else {}
    if beside := list(_outline(before.document, now.document, then, today)):
        found[OUTLINE] = proposal(beside)
    if beside := list(_meta(before, now, names)):
        found[META] = proposal(beside)
    return found


def proposed(before: Text | None, now: Text, names: frozenset[str] = frozenset()) -> Change:
    """The class of the whole: that of its weightiest slice."""
    return highest(one.change for one in propose_all(before, now, names).values())


def _leveled(part: Section) -> Sequence[Node]:
    """The section's blocks with its heading at one level: which one it has is the outline's matter."""
    head, *rest = part.blocks
    if head.type != "heading":
        return part.blocks
    return (Node(head.type, {**head.attrs, "level": 1}, head.content, head.text, head.marks), *rest)


def _outline(before: Node, now: Node, then: Mapping[str, Section], today: Mapping[str, Section]) -> Iterator[Finding]:
    for part in then.values():
        if part.id not in today:
            yield Finding(Why.SECTION_REMOVED, before=part.title)
    one = {place.id: place for place in outline(before)}
    other = {place.id: place for place in outline(now)}
    kept = [name for name in one if name in other]
    schemes = before.attr("numbering"), now.attr("numbering")
    if schemes[0] != schemes[1]:
        yield Finding(Why.NUMBERING, str(schemes[0]), str(schemes[1]))
    moved = kept != [name for name in other if name in one]
    if moved or any(one[name].level != other[name].level for name in kept):
        numbered = any(scheme not in (None, "none") for scheme in schemes)
        yield Finding(Why.CLAUSES_MOVED if numbered else Why.SECTIONS_MOVED)
    for name in kept:
        yield from _places(one[name], other[name], today[name].title)


def _places(one: Place, other: Place, title: str) -> Iterator[Finding]:
    if one.owner_team != other.owner_team:
        yield Finding(Why.OWNER, one.owner_team or "", other.owner_team or title)
    if set(one.tags) != set(other.tags):
        yield Finding(Why.TAGS, ", ".join(sorted(one.tags)), ", ".join(sorted(other.tags)))


def _meta(before: Text, now: Text, names: frozenset[str]) -> Iterator[Finding]:
    for one, other in ((before.title, now.title), (before.summary, now.summary)):
        if one != other:
            yield from propose([_line(one)], [_line(other)], now.language, names).findings
    for why, one, other in (
        (Why.KIND, before.kind, now.kind),
        (Why.AUDIENCE, before.audience, now.audience),
        (Why.LANGUAGE, before.language, now.language),
    ):
        if one != other:
            yield Finding(why, one, other)


def _line(words: str) -> Node:
    content = (Node("text", text=words),) if words else ()
    return Node("paragraph", {"id": ""}, content)
