"""Sections: a document cut into disjoint slices, each with its hash, and the outline they form.

A section is a heading with what follows it up to the next heading of *any* level; what stands before the first
heading is the section `front`. Its id is the heading's block id. Disjoint slices are what lets a comma in one
section leave the sign-offs of every other standing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guidelines.document import Node, canonical, digest, inline_text

FRONT = "front"
META = "meta"
OUTLINE = "outline"


@dataclass(frozen=True, slots=True)
class Section:
    """One slice. `level` is the heading's (0 for the front), `title` its words, `blocks` the heading and its text."""

    id: str
    level: int
    title: str
    blocks: tuple[Node, ...]
    hash: str


@dataclass(frozen=True, slots=True)
class Place:
    """A section's line in the outline: what is signed about it besides its words."""

    id: str
    level: int
    owner_team: str | None = None
    tags: tuple[str, ...] = ()


def sections(document: Node) -> list[Section]:
    """The document's slices in order. The front is listed only when there is text before the first heading."""
    slices: list[list[Node]] = [[]]
    for block in document.content:
        if block.type == "heading":
            slices.append([block])
        else:
            slices[-1].append(block)
    found = [_section(tuple(blocks)) for blocks in slices[1:]]
    if any(inline_text(block).strip() or not block.is_textblock for block in slices[0]):
        found.insert(0, _section(tuple(slices[0])))
    return found


def outline(document: Node, places: Mapping[str, Place] | None = None) -> tuple[Place, ...]:
    """The ordered list of places; owner and tags are taken over from `places` by section id."""
    known = places or {}
    lines = []
    for section in sections(document):
        place = known.get(section.id)
        lines.append(
            Place(section.id, section.level, place.owner_team, tuple(sorted(place.tags)))
            if place
            else Place(section.id, section.level)
        )
    return tuple(lines)


def outline_hash(places: Sequence[Place], numbering: str = "none") -> str:
    """The hash that a sign-off of the outline names. How clauses are numbered is signed with it: people cite them."""
    lines = [[place.id, place.level, place.owner_team, sorted(place.tags)] for place in places]
    return digest("outline", {"numbering": numbering, "places": lines})


def meta_hash(*, title: str, language: str, kind: str, audience: str, summary: str) -> str:
    """The hash of the slice `meta`: what is signed besides the text and its order. An empty summary moves no hash."""
    told = {"title": title, "language": language, "kind": kind, "audience": audience}
    return digest("meta", {**told, "summary": summary} if summary else told)


def section_hash(blocks: Sequence[Node]) -> str:
    """The hash of a slice's words, marks and structure; ids do not count."""
    values: list[Any] = [canonical(block) for block in blocks]
    return digest("section", values)


def _section(blocks: tuple[Node, ...]) -> Section:
    first = blocks[0]
    hash_ = section_hash(blocks)
    if first.type == "heading":
        return Section(first.id, int(first.attr("level")), inline_text(first), blocks, hash_)
    return Section(FRONT, 0, "", blocks, hash_)
