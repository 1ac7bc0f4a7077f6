"""One function per question about a version's life; `facts` gathers everything that rules read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam
from sqlalchemy.orm import load_only
from sqlmodel import Session, col, func, select

from guidelines import authority, discussion
from guidelines import queries as writing
from guidelines.authority import Opened
from guidelines.document import Node, document_hash
from guidelines.errors import UnknownVersion
from guidelines.lanes import ANYBODY
from guidelines.people import Role
from guidelines.sections import META, OUTLINE, sections
from guidelines.suggested_slices import suggested_slices
from guidelines.tables import Guideline, Publication, Snapshot, Version
from workflow import eligible
from workflow import policy as policy_rules
from workflow.anchors import anchor_of, pinned_policy, published_as
from workflow.class_facts import changed_of, statements
from workflow.coverage import counting
from workflow.facts import Choice, Decision, Slice, VersionFacts, in_scope
from workflow.machine import MOVING, State
from workflow.outstanding import outstanding
from workflow.policy import Policy
from workflow.policy_tables import PolicyEdition
from workflow.predicates import Context
from workflow.tables import Acknowledgement, Roster, SignOff, VersionState
from workflow.tables import Policy as PolicyRow

SIGNERS = frozenset({Role.REVIEWER, Role.EDITOR})


@dataclass(frozen=True, slots=True)
class Standing:
    """A version with everything needed to judge it: its rows, its words and its facts."""

    guideline: Guideline
    version: Version
    state_row: VersionState
    document: Node
    facts: VersionFacts
    in_force: Publication | None
    #: The version whose words "unchanged" is measured against: the newest that was signed in full.
    anchor: Publication | None = None

    @property
    def state(self) -> State:
        return self.facts.state

    @property
    def context(self) -> Context:
        """What permissions look at."""
        policy = self.facts.policy
        return Context(
            owner_team=self.guideline.owner_team,
            state=self.state,
            signing_teams=frozenset(requirement.team for _, requirement in self.facts.requirements),
            other_side=policy.other_side,
        )


@dataclass(frozen=True, slots=True)
class Signed:
    """One line of an approval record: who signed for which team, when, which slices, on which words."""

    seq: int
    person_id: str
    principal_id: str
    team: str
    requirement: str
    at: datetime
    slices: tuple[str, ...]
    shown_hash: str
    statement: str
    #: Language in which the statement was shown.
    language: str


@dataclass(frozen=True, slots=True)
class Life:
    """A version in a list: where it stands, and its number once it is published."""

    version: Version
    state: State
    since: datetime
    number: str | None
    effective_on: date | None


def state_of(session: Session, version_id: str) -> VersionState:
    """Where the version stands; raises `UnknownVersion`."""
    row = session.get(VersionState, version_id, populate_existing=True)
    if row is None:
        raise UnknownVersion(version=version_id)
    return row


def published(session: Session, guideline_id: str) -> Publication | None:
    """The published version of a guideline, if one is in force."""
    query = (
        select(Publication)
        .join(VersionState, col(VersionState.version_id) == col(Publication.version_id))
        .where(VersionState.guideline_id == guideline_id, VersionState.state == State.PUBLISHED)
    )
    return session.exec(query).first()


def moving(session: Session, guideline_id: str) -> VersionState | None:
    """The version that somebody is working on, if there is one."""
    query = select(VersionState).where(
        VersionState.guideline_id == guideline_id, col(VersionState.state).in_(sorted(MOVING))
    )
    return session.exec(query.order_by(col(VersionState.since).desc())).first()


def all_moving(session: Session) -> Sequence[VersionState]:
    """Every version that somebody is working on, the longest waiting first."""
    query = select(VersionState).where(col(VersionState.state).in_(sorted(MOVING)))
    return session.exec(query.order_by(col(VersionState.since), VersionState.version_id)).all()


def listed(
    session: Session,
    *,
    most: int,
    after: str = "",
    owner_team: str = "",
    language: str = "",
    state: str = "",
    words: str = "",
) -> Sequence[Guideline]:
    """Guidelines by slug, those behind `after`, that have a version with all that is asked for; "" asks nothing."""
    having = select(Version.guideline_id).join(VersionState, col(VersionState.version_id) == col(Version.id))
    if language:
        having = having.where(Version.language == language)
    if state:
        having = having.where(VersionState.state == state)
    if words:
        having = having.where(func.lower(col(Version.title)).contains(words.lower(), autoescape=True))
    query = select(Guideline).where(col(Guideline.id).in_(having), col(Guideline.slug) > after)
    if owner_team:
        query = query.where(Guideline.owner_team == owner_team)
    return session.exec(query.order_by(Guideline.slug).limit(most)).all()


def lives(session: Session, guideline_ids: Sequence[str]) -> dict[str, list[Life]]:
    """Guideline to its versions, newest first, in one question however many there are."""
    query = (
        select(Version, VersionState, Publication)
        .join(VersionState, col(VersionState.version_id) == col(Version.id))
        .outerjoin(Publication, col(Publication.version_id) == col(Version.id))
        .where(col(Version.guideline_id).in_(list(guideline_ids)))
        .options(load_only(Publication.major, Publication.minor, Publication.effective_on))  # type: ignore[arg-type]
        .order_by(col(Version.created_at).desc(), col(Version.id))
    )
    found: dict[str, list[Life]] = {guideline_id: [] for guideline_id in guideline_ids}
    for version, state, row in session.exec(query):
        number = f"{row.major}.{row.minor}" if row else None
        effective_on = row.effective_on if row else None
        found[version.guideline_id].append(Life(version, State(state.state), state.since, number, effective_on))
    return found


def revision_shown(session: Session, version_id: str, shown_hash: str) -> int | None:
    """The revision at which the version had these words, if it is one whose snapshot was kept (every submit is)."""
    query = select(Snapshot.revision).where(Snapshot.version_id == version_id, Snapshot.document_hash == shown_hash)
    return session.exec(query.order_by(col(Snapshot.revision).desc())).first()


def sign_offs(session: Session, version_id: str) -> Sequence[SignOff]:
    """Every decision on a version, oldest first, as it was made."""
    return session.exec(select(SignOff).where(SignOff.version_id == version_id).order_by(col(SignOff.seq))).all()


def policy_of(session: Session, guideline: Guideline, state: VersionState) -> Policy:
    """The policy pinned at submit; for a draft, the one that a submit would pin."""
    return policy_in(session, guideline.policy, State(state.state), state.policy_hash)


def policy_in(session: Session, name: str, state: State, pinned: str | None) -> Policy:
    """The same, given what the guideline and the version's state say of it."""
    if pinned and state is not State.DRAFT and (row := session.get(PolicyRow, pinned)) is not None:
        return policy_rules.check_policy(json.loads(row.body), name=row.name)
    return newest_policy(session, name)


def newest_policy(session: Session, name: str) -> Policy:
    """The policy that bears the name now: the one agreed to, else the newest pinned one, else the shipped one."""
    for query in (_AGREED, _PINNED):
        if body := session.scalar(query, {"name": name}):
            return policy_rules.check_policy(json.loads(body), name=name)
    return policy_rules.policy_named(name)


#: Asked at every commit: put together once.
_AGREED: Final = select(PolicyEdition.body).where(
    col(PolicyEdition.name) == bindparam("name"), PolicyEdition.state == "in_force"
)
_PINNED: Final = (
    select(PolicyRow.body).where(col(PolicyRow.name) == bindparam("name")).order_by(col(PolicyRow.recorded_at).desc())
)


def standing(session: Session, version_id: str, at: datetime, *, locked: bool = False) -> Standing:
    """Everything about a version; `locked` takes the lock on its guideline first."""
    version = writing.version(session, version_id)
    guideline = (
        writing.lock_guideline(session, version.guideline_id)
        if locked
        else session.get_one(Guideline, version.guideline_id)
    )
    if locked:
        version = writing.lock_version(session, version_id)
    state = state_of(session, version_id)
    opened = authority.open_document(session, version_id)
    in_force = published(session, guideline.id)
    anchor = anchor_of(session, in_force)
    found = facts(session, guideline, version, state, opened, in_force, at, anchor=anchor)
    return Standing(guideline, version, state, opened.document, found, in_force, anchor)


def check_shown(found: "Standing", shown_hash: str | None) -> None:
    """Raises `StaleSignOff` when a page showed another text than stands now; None where no page did."""
    if shown_hash is not None:
        eligible.check_shown(shown_hash, document_hash(found.document))


def facts(
    session: Session,
    guideline: Guideline,
    version: Version,
    state: VersionState,
    opened: Opened,
    in_force: Publication | None,
    at: datetime,
    *,
    anchor: Publication | None = None,
) -> VersionFacts:
    """The facts of a version, read in a fixed number of queries."""
    document = opened.document
    policy = policy_of(session, guideline, state)
    hashes = writing.slice_hashes(version, document)
    places = writing.places(document)
    anchor = anchor or in_force
    anchored = writing.publication_hashes(anchor) if anchor else {}
    former = anchored if anchor is in_force or in_force is None else writing.publication_hashes(in_force)
    slices = tuple(
        Slice(slice_id, found, places[slice_id].owner_team, frozenset(places[slice_id].tags))
        if slice_id in places
        else Slice(slice_id, found)
        for slice_id, found in hashes.items()
    )
    teams = frozenset(requirement.team for requirement in policy.requirements())
    contributors = writing.contributors_of(
        session, version, hashes, anchor_version_id=_anchor_version(session, version, anchor)
    )
    said = statements(session, version.id)
    was = published_as(session, version.id)
    changed = None
    if was is None and anchor is not None:
        changed = changed_of(session, version, document, anchor, anchored, hashes, contributors, said)
    return VersionFacts(
        version_id=version.id,
        state=State(state.state),
        policy=policy,
        kind=version.kind,
        language=version.language,
        slices=slices,
        anchor=anchored,
        anchor_teams=_anchor_teams(session, anchor, slices),
        contributors=contributors,
        decisions=decisions(session, version.id),
        members=writing.members(session, teams, SIGNERS, at),
        roster=_roster(session, version.id, state.round),
        base_ok=in_force is None or version.base_version_id == in_force.version_id,
        blocking=_blocking(session, version.id),
        suggested=frozenset().union(*suggested_slices(opened.tree).values()),
        in_force=former,
        statements=said,
        changed=changed,
        published_as=was,
    )


def decisions(session: Session, version_id: str) -> tuple[Decision, ...]:
    """Every decision on a version, in the order in which they were made."""
    rows = session.exec(select(SignOff).where(SignOff.version_id == version_id).order_by(col(SignOff.seq))).all()
    return tuple(
        Decision(
            row.seq or 0,
            row.person_id,
            row.principal_id,
            row.team_id,
            row.requirement,
            Choice(row.decision),
            json.loads(row.hashes),
            row.revision,
            row.at,
            row.remark,
        )
        for row in rows
    )


def approval_record(session: Session, version_id: str, at: datetime) -> list[Signed]:
    """The sign-offs that count for a version's words, oldest first: what its readers and exports show."""
    found = standing(session, version_id, at)
    slices: dict[int, list[str]] = {}
    for part in found.facts.slices:
        asking = [need for _, need in found.facts.requirements if in_scope(need, part)]
        for seq in {decision.seq for need in asking for decision in counting(need, part, found.facts)}:
            slices.setdefault(seq, []).append(part.id)
    rows = session.exec(select(SignOff).where(col(SignOff.seq).in_(sorted(slices))).order_by(col(SignOff.seq))).all()
    return [
        Signed(
            row.seq or 0,
            row.person_id,
            row.principal_id,
            row.team_id,
            row.requirement,
            row.at,
            tuple(slices[row.seq or 0]),
            row.shown_hash,
            row.statement,
            row.language,
        )
        for row in rows
    ]


def is_approved(found: Standing) -> bool:
    """Whether the version is in review and nothing is outstanding."""
    return found.state is State.IN_REVIEW and not outstanding(found.facts)


def acknowledgements(session: Session, version_id: str) -> int:
    """How many people have confirmed having read the version."""
    query = select(func.count()).where(Acknowledgement.version_id == version_id)
    return session.exec(query).one()


def acknowledged(session: Session, person_id: str) -> dict[str, Acknowledgement]:
    """Version to the person's confirmation of it."""
    rows = session.exec(select(Acknowledgement).where(Acknowledgement.person_id == person_id))
    return {row.version_id: row for row in rows}


def _anchor_version(session: Session, version: Version, in_force: Publication | None) -> str | None:
    """The version in force against which the words are new; of a published one, that which it superseded."""
    publication = session.get(Publication, version.id)
    if publication is None:
        return in_force.version_id if in_force else None
    if version.base_version_id is None:
        return None
    base = state_of(session, version.base_version_id)
    superseded = base.state == State.SUPERSEDED and base.since == publication.published_at
    return base.version_id if superseded else None


def _anchor_teams(session: Session, in_force: Publication | None, slices: Sequence[Slice]) -> dict[str, frozenset[str]]:
    """For which teams the words in force were signed: the teams of the policy they were published under."""
    if in_force is None:
        return {}
    policy = pinned_policy(session, in_force)
    if policy is None:
        return {}
    active = policy.active(kind=in_force.guideline_kind, language=in_force.language)
    return {
        part.id: frozenset(requirement.team for _, requirement in active if in_scope(requirement, part))
        for part in slices
    }


def _roster(session: Session, version_id: str, round_: int) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in session.exec(select(Roster).where(Roster.version_id == version_id, Roster.round == round_)):
        found.setdefault(row.team_id, set()).add(row.person_id)
    return {team: frozenset(people) for team, people in found.items()}


def _blocking(session: Session, version_id: str) -> frozenset[str]:
    """Sections with an open thread that holds back: where its words stand now, or where they stood last.

    Taking the words away settles nothing: whoever asked has not said that it does.
    """
    listed = discussion.threads(session, version_id, ANYBODY)
    holding = [found for found in listed if found.is_open and found.thread.blocking]
    if not holding:
        return frozenset()
    opened = authority.open_document(session, version_id)
    places = {META, OUTLINE, *(part.id for part in sections(opened.document))}
    # A section that is gone cannot hold back itself: its thread holds back the whole.
    return frozenset(place if (place := found.section_in(opened.tree)) in places else "" for found in holding)
