"""Versions from first draft to publication: what is created, copied, replaced as a whole, frozen and published.

Whether somebody may, and when, is `workflow`'s judgement; here is only what then happens to the text.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Final

from prosemirror.model import Fragment, Slice
from prosemirror.transform import ReplaceStep, Step
from sqlmodel import Session, select

from guidelines import authority, discussion, queries, steps
from guidelines.authority import Accepted, Opened
from guidelines.block_ids import repair_ids
from guidelines.document import Node, canonical, canonical_json, document_hash, plain_text, serialise
from guidelines.document_cache import DocumentCache
from guidelines.errors import DuplicateSlug, FrozenVersion, InvalidField, SuggestionsOpen
from guidelines.folding import fold
from guidelines.free_text import refuse_turning
from guidelines.people import Actor
from guidelines.provenance import Origin
from guidelines.rewriting import rewriting
from guidelines.suggestion_formula import base
from guidelines.suggestion_layers import suggestion_ids
from guidelines.tables import META_COMMIT, Guideline, Publication, Team, Version

SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: What stands where a guideline's own address would, in the addresses of Charte.
RESERVED_SLUGS: Final = frozenset({"new", "search"})
LANGUAGES: Final = ("fr", "en")
MOST_SLUG: Final = 80
MOST_TITLE: Final = 200
MOST: Final = {"audience": 200, "summary": 500, "shelf": 100}

EMPTY: Final = Node("doc", {}, (Node("paragraph", {"id": "b0"}),))


def slug_of(title: str) -> str:
    """An address made from a title: lower case, no accents, hyphens."""
    plain = unicodedata.normalize("NFKD", fold(title)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MOST_SLUG].rstrip("-")


def create_guideline(
    session: Session,
    actor: Actor,
    *,
    guideline_id: str,
    version_id: str,
    slug: str,
    title: str,
    language: str,
    kind: str,
    owner_team: str,
    policy: str,
    at: datetime,
    audience: str = "",
    summary: str = "",
    shelf: str = "",
    document: Node = EMPTY,
) -> Version:
    """A new guideline with its first draft. Raises `InvalidField`, `DuplicateSlug`, `InvalidStep`, `DocumentFull`."""
    _check_meta(title=title, language=language, kind=kind, audience=audience, summary=summary, shelf=shelf)
    slug = slug or slug_of(title)
    _check_place(session, guideline_id, slug=slug, owner_team=owner_team)
    guideline = Guideline(
        id=guideline_id,
        slug=slug,
        owner_team=owner_team,
        policy=policy,
        shelf=shelf.strip(),
        created_at=at,
        created_by=actor.id,
    )
    session.add(guideline)
    session.flush()
    row = Version(
        id=version_id,
        guideline_id=guideline_id,
        title=title.strip(),
        language=language,
        kind=kind,
        audience=audience.strip(),
        summary=summary.strip(),
        created_at=at,
        created_by=actor.id,
    )
    return _begin(session, row, checked(document), authors=[actor.id], at=at, cause="edit")


def move_guideline(session: Session, guideline: Guideline, *, slug: str, owner_team: str, shelf: str) -> None:
    """Changes where a guideline stands and whose it is, by the rules of its beginning."""
    _check_place(session, guideline.id, slug=slug, owner_team=owner_team)
    refuse_turning(shelf=shelf)
    _check_lines(shelf=shelf)
    guideline.slug, guideline.owner_team, guideline.shelf = slug, owner_team, shelf.strip()
    session.flush()


def start_draft(session: Session, actor: Actor, base: Version, *, version_id: str, at: datetime) -> Version:
    """A new draft that begins as the words of a published version; nobody is their author here."""
    document = authority.open_document(session, base.id).document
    row = Version(
        id=version_id,
        guideline_id=base.guideline_id,
        base_version_id=base.id,
        title=base.title,
        language=base.language,
        kind=base.kind,
        audience=base.audience,
        summary=base.summary,
        created_at=at,
        created_by=actor.id,
    )
    return _begin(session, row, document, authors=[], at=at, cause="base")


def set_meta(
    session: Session,
    actor: Actor,
    version_id: str,
    *,
    at: datetime,
    title: str,
    kind: str,
    audience: str,
    summary: str,
    language: str | None = None,
) -> Version:
    """Changes what is signed besides the text; None keeps the language. Raises `FrozenVersion` when it stands still."""
    row = queries.lock_version(session, version_id)
    if row.frozen:
        raise FrozenVersion(version=version_id)
    language = row.language if language is None else language
    _check_meta(title=title, language=language, kind=kind, audience=audience, summary=summary, shelf="")
    opened = authority.open_document(session, version_id)
    document = opened.document
    before = queries.slice_hashes(row, document)
    row.title, row.kind, row.audience, row.summary = title.strip(), kind, audience.strip(), summary.strip()
    row.language = language
    if queries.slice_hashes(row, document) != before:
        _project_meta(session, row, opened, actor, at)
    return row


def replace_document(
    session: Session,
    actor: Actor,
    version_id: str,
    document: Node,
    *,
    ref: str,
    at: datetime,
    cause: str = "import",
    cache: DocumentCache | None = None,
) -> Accepted:
    """Makes the draft say exactly this, in one commit; blocks that stay keep their ids, words their threads.

    No change logs nothing.
    """
    row = queries.lock_version(session, version_id)
    opened = authority.open_document(session, version_id, cache)
    if there := suggestion_ids(opened.tree):
        raise SuggestionsOpen(count=len(there))
    wanted = checked(keep_ids(opened.document, document))
    step = _replacement(opened.document, wanted)
    attributes = [
        steps.document_attribute_step(name, value)
        for name, value in sorted(wanted.attrs.items())
        if opened.document.attr(name) != value
    ]
    changes: list[Step] = [*([step] if step else []), *attributes]
    if not changes:
        return Accepted(row.revision, [], (), (), ref)
    discussed = discussion.whole(session, version_id)
    accepted = authority.receive(
        session,
        version_id,
        actor=actor,
        ref=ref,
        base_revision=row.revision,
        steps_json=[change.to_json() for change in changes],
        at=at,
        cause=cause,
        cache=cache,
    )
    if accepted.steps and not accepted.already:
        now = authority.open_document(session, version_id, cache)
        was, is_ = steps.node_of(opened.tree), steps.node_of(now.tree)
        discussion.replant(session, discussed, was, is_, revision=accepted.revision, by=actor.id)
    return accepted


def restore(session: Session, actor: Actor, version_id: str, revision: int, *, ref: str, at: datetime) -> Accepted:
    """Brings an earlier text of the draft back as a new commit, with nothing of the suggestions that were in it then.

    Only what differs is written, so that threads and authors stay with the words that are the same. No change logs
    nothing. Raises `SuggestionsOpen` while there are suggestions to decide.
    """
    row = queries.lock_version(session, version_id)
    former = base(authority.document_at(session, version_id, revision).tree)
    now = authority.open_document(session, version_id).tree
    if there := suggestion_ids(now):
        raise SuggestionsOpen(count=len(there))
    changes = rewriting(now, former)
    if not changes:
        return Accepted(row.revision, [], (), (), ref)
    return authority.receive(
        session,
        version_id,
        actor=actor,
        ref=ref,
        base_revision=row.revision,
        steps_json=[change.to_json() for change in changes],
        at=at,
        cause="restore",
        whole=True,
    )


def freeze(session: Session, version_id: str) -> Version:
    """The text stands still from here on, with a snapshot of what it is."""
    row = queries.lock_version(session, version_id)
    row.frozen = True
    authority.take_snapshot(session, row, authority.open_document(session, version_id).with_suggestions)
    return row


def thaw(session: Session, version_id: str) -> Version:
    """The text may be written on again."""
    row = queries.lock_version(session, version_id)
    row.frozen = False
    session.flush()
    return row


def publish(
    session: Session,
    actor: Actor,
    row: Version,
    *,
    number: tuple[int, int],
    change_note: str,
    effective_on: date,
    at: datetime,
    change: str | None = None,
    asks_again: bool | None = None,
) -> Publication:
    """Writes the version as readers will have it. Its row can never be changed afterwards: a trigger sees to that."""
    if len(change_note) > 2000:
        raise InvalidField(field="change_note", problem="too_long", limit=2000)
    refuse_turning(change_note=change_note)
    opened = authority.open_document(session, row.id)
    if there := suggestion_ids(opened.tree):
        raise SuggestionsOpen(count=len(there))
    document = opened.document
    hashes = queries.slice_hashes(row, document)
    publication = Publication(
        version_id=row.id,
        guideline_id=row.guideline_id,
        kind="normal",
        major=number[0],
        minor=number[1],
        title=row.title,
        language=row.language,
        guideline_kind=row.kind,
        audience=row.audience,
        summary=row.summary,
        change_note=change_note.strip(),
        document=json.dumps(serialise(document), ensure_ascii=False, separators=(",", ":")),
        document_hash=document_hash(document),
        meta_hash=hashes["meta"],
        outline_hash=hashes["outline"],
        search_text=fold(plain_text(document)),
        published_at=at,
        published_by=actor.id,
        effective_on=effective_on,
        change=change,
        asks_again=asks_again,
    )
    session.add(publication)
    session.flush()
    return publication


def checked(document: Node) -> Node:
    """The document after every check that steps would have made, with an id on every block."""
    tree = steps.tree_of(steps.check_document(serialise(document)))
    return steps.node_of(repair_ids(tree)[0])


def keep_ids(old: Node, new: Node) -> Node:
    """The new document with the ids of the old one's blocks, where the same or a changed block takes their place."""
    before, after = [_key(block) for block in old.content], [_key(block) for block in new.content]
    ids: dict[int, str] = {}
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal" or (tag == "replace" and i2 - i1 == j2 - j1):
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                if tag == "equal" or old.content[i].type == new.content[j].type:
                    ids[j] = old.content[i].id
    taken = set(ids.values()) | {block.id for block in old.content}
    blocks = []
    for place, block in enumerate(new.content):
        fresh = ids.get(place) or (block.id if block.id and block.id not in taken else "")
        blocks.append(Node(block.type, {**block.attrs, "id": fresh}, block.content, block.text, block.marks))
    return Node(new.type, new.attrs, tuple(blocks))


def _begin(
    session: Session, row: Version, document: Node, *, authors: Sequence[str], at: datetime, cause: str
) -> Version:
    session.add(row)
    session.flush()
    authority.begin(session, row, document, authors=authors, at=at, cause=cause)
    return row


def _project_meta(session: Session, row: Version, opened: Opened, actor: Actor, at: datetime) -> None:
    """A change of the meta data is not a step; it takes a revision of its own, so that the log stays in order."""
    step = steps.document_attribute_step("numbering", opened.tree.attrs["numbering"])
    ref = f"{META_COMMIT}{row.id[:16]}-{row.revision + 1}"
    authority.append(session, row, opened.tree, opened.tree, [step], actor_id=actor.id, ref=ref, at=at, cause="edit")
    found = queries.slice_hashes(row, opened.document)["meta"]
    authority.project_slice(session, row, "meta", found, Origin([actor.id]), at, "edit")


def _replacement(old: Node, new: Node) -> ReplaceStep | None:
    """One step from the first to the last top-level block that differs."""
    before, after = old.content, new.content
    same_head = 0
    while same_head < min(len(before), len(after)) and before[same_head] == after[same_head]:
        same_head += 1
    if same_head == len(before) == len(after):
        return None
    same_tail = 0
    while same_tail < min(len(before), len(after)) - same_head and before[-1 - same_tail] == after[-1 - same_tail]:
        same_tail += 1
    old_tree, new_tree = steps.tree_of(old), steps.tree_of(new)
    sizes = [child.node_size for child in old_tree.content.content]
    start = sum(sizes[:same_head])
    end = start + sum(sizes[same_head : len(sizes) - same_tail])
    children = new_tree.content.content[same_head : len(after) - same_tail]
    return ReplaceStep(start, end, Slice(Fragment.from_array(list(children)), 0, 0))


def _key(block: Node) -> bytes:
    return canonical_json(canonical(block))


def _check_meta(*, title: str, language: str, kind: str, audience: str, summary: str, shelf: str) -> None:
    if not title.strip() or len(title) > MOST_TITLE or any(ord(character) < 32 for character in title):
        raise InvalidField(field="title", problem="length", limit=MOST_TITLE)
    refuse_turning(title=title, audience=audience, summary=summary, shelf=shelf)
    if language not in LANGUAGES:
        raise InvalidField(field="language", problem="unknown")
    if not SLUG.fullmatch(kind) or len(kind) > 40:
        raise InvalidField(field="kind", problem="slug", limit=40)
    _check_lines(audience=audience, summary=summary, shelf=shelf)


def _check_lines(**lines: str) -> None:
    for field, value in lines.items():
        if len(value) > MOST[field] or any(ord(character) < 32 for character in value):
            raise InvalidField(field=field, problem="too_long", limit=MOST[field])


def _check_place(session: Session, guideline_id: str, *, slug: str, owner_team: str) -> None:
    if not SLUG.fullmatch(slug) or len(slug) > MOST_SLUG:
        raise InvalidField(field="slug", problem="slug", limit=MOST_SLUG)
    if slug in RESERVED_SLUGS:
        raise InvalidField(field="slug", problem="reserved")
    if session.exec(select(Guideline).where(Guideline.slug == slug, Guideline.id != guideline_id)).first():
        raise DuplicateSlug(slug=slug)
    if session.get(Team, owner_team) is None:
        raise InvalidField(field="owner_team", problem="unknown")
