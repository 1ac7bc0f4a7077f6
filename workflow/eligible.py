"""Who may decide what on a version now: rules over its facts alone, for the use cases and for the proof of policies."""

from collections.abc import Iterable, Sequence

from guidelines.people import Actor
from workflow.coverage import latest
from workflow.errors import AlreadySigned, NotYourSlot, SelfApproval, StageClosed, StaleSignOff, SuggestionOpen
from workflow.facts import Choice, Slice, VersionFacts, asked_slices
from workflow.machine import State
from workflow.outstanding import slots_taken, stage_is_open
from workflow.policy import Requirement
from workflow.predicates import signs_for

Entry = tuple[int, Requirement]


def check_team(actor: Actor, team: str, facts: VersionFacts) -> list[Entry]:
    """The team's requirements with their stages; raises `NotYourSlot` unless the person signs for the team here."""
    entries = entries_of(team, facts)
    if not signs_for(actor, team) or not entries:
        raise NotYourSlot(team=team)
    return entries


def entries_of(team: str, facts: VersionFacts) -> list[Entry]:
    """The requirements of a team, each with its stage; several when a policy asks a team more than once."""
    return [(stage, need) for stage, need in facts.requirements if need.team == team]


def check_shown(shown: str, now: str, sections: Sequence[str] = ()) -> None:
    """Raises `StaleSignOff` when the page that is signed showed other words than stand now."""
    if shown != now:
        raise StaleSignOff(shown=shown, now=now, sections=list(sections))


def signable(actor: Actor, team: str, facts: VersionFacts) -> list[Slice]:
    """The slices that the person could sign for the team now."""
    entries = entries_of(team, facts)
    if facts.state is not State.IN_REVIEW or not signs_for(actor, team) or not entries:
        return []
    return [part for part in asked_of(entries, facts) if _slot(actor, part, entries, facts) is None]


def slices_to_sign(
    actor: Actor, entries: Sequence[Entry], facts: VersionFacts, sections: Sequence[str] | None = None
) -> list[Slice]:
    """The slices that an approval covers: those named, or all that the team must sign and the person may.

    Raises `SelfApproval`, `NotYourSlot`, `AlreadySigned`, `StageClosed`, `SuggestionOpen`, and `StaleSignOff` for a
    slice that is not there. Of named slices every one must be signable.
    """
    team = entries[0][1].team
    wanted = named(asked_of(entries, facts), sections)
    why = {part.id: _slot(actor, part, entries, facts) for part in wanted}
    free = [part for part in wanted if why[part.id] is None]
    refused = {part for part, kind in why.items() if kind in (SelfApproval, NotYourSlot)}
    held = sorted(part for part, kind in why.items() if kind is SuggestionOpen)
    if held and not refused and (sections is not None or not free):
        raise SuggestionOpen(sections=held)
    if wanted and not free and not refused:
        if all(kind is StageClosed for kind in why.values()):
            raise StageClosed(stage=facts.policy.stage[entries[0][0]].name.model_dump())
        raise AlreadySigned(sections=[part.id for part in wanted])
    if refused and (sections is not None or not free):
        kind = SelfApproval if SelfApproval in why.values() else NotYourSlot
        raise kind(sections=sorted(refused), team=team)
    if not free:
        raise NotYourSlot(team=team)
    return free


def slices_to_take_back(
    actor: Actor, team: str, choice: Choice, facts: VersionFacts, sections: Sequence[str] | None = None
) -> list[Slice]:
    """The slices on which the person may retract their own decision, or lift an objection of the team.

    Raises `AlreadySigned` when there is none.
    """
    parts = []
    for part in named(facts.slices, sections):
        held = latest(facts, part.id)
        mine = held.get(actor.id)
        if choice is Choice.RETRACT:
            given = mine is not None and mine.choice in (Choice.APPROVE, Choice.OBJECT)
        else:
            given = any(other.choice is Choice.OBJECT and other.team == team for other in held.values())
        if given:
            parts.append(part)
    if not parts:
        raise AlreadySigned(sections=list(sections or []))
    return parts


def asked_of(entries: Sequence[Entry], facts: VersionFacts) -> list[Slice]:
    """The slices that one or another of the requirements must see signed, in order."""
    return [part for part in facts.slices if any(part.id in asked_slices(need, facts) for _, need in entries)]


def named(parts: Iterable[Slice], sections: Sequence[str] | None) -> list[Slice]:
    """The slices named, or all; raises `StaleSignOff` for a name that is not among them."""
    known = {part.id: part for part in parts}
    if sections is None:
        return list(known.values())
    if unknown := [name for name in sections if name not in known]:
        raise StaleSignOff(shown="", now="", sections=unknown)
    return [known[name] for name in sections]


def _slot(
    actor: Actor, part: Slice, entries: Sequence[Entry], facts: VersionFacts
) -> type[SelfApproval | NotYourSlot | AlreadySigned | StageClosed | SuggestionOpen] | None:
    """Why the person fills no slot of the team on the slice; None when one of its requirements has one for them."""
    if _signed(actor, part, entries[0][1].team, facts):
        return AlreadySigned
    if part.id in facts.suggested:
        return SuggestionOpen
    refusals = [_refusal(actor, part, entry, facts) for entry in entries if part.id in asked_slices(entry[1], facts)]
    return None if None in refusals else refusals[0]


def _refusal(
    actor: Actor, part: Slice, entry: Entry, facts: VersionFacts
) -> type[SelfApproval | NotYourSlot | StageClosed] | None:
    stage, requirement = entry
    if not stage_is_open(stage, part, facts):
        return StageClosed
    if requirement.authors == "excluded" and actor.id in facts.contributors.get(part.id, frozenset()):
        return SelfApproval
    if actor.id in slots_taken(part, facts):
        return NotYourSlot
    if requirement.people is not None and actor.id not in requirement.people:
        return NotYourSlot
    pinned = facts.roster.get(requirement.team, frozenset())
    if requirement.quorum == "all" and actor.id not in pinned:
        return NotYourSlot
    return None


def _signed(actor: Actor, part: Slice, team: str, facts: VersionFacts) -> bool:
    mine = latest(facts, part.id).get(actor.id)
    return (
        mine is not None and mine.choice is Choice.APPROVE and mine.team == team and mine.hashes[part.id] == part.hash
    )
