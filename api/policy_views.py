"""What pages show of approval policies: lines of a list, a history with its words, what is to be changed."""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from api.i18n import N_, translations
from api.policy_sentences import said
from api.policy_words import Teller
from guidelines import queries as writing
from workflow import policy_change
from workflow.policy import Policy, shipped
from workflow.policy_tables import PolicyEdition, PolicyProof
from workflow.policy_text import as_toml
from workflow.proof.static import findings

#: State of an edition to the chip that shows it: class, icon, words.
STATES: Final[Mapping[str, tuple[str, str, str]]] = {
    "checking": ("waits", "clock", N_("Being checked")),
    "proposed": ("in-review", "eye", N_("Waits for the other side")),
    "unsound": ("late", "circle-alert", N_("Refused by the check")),
    "in_force": ("in-force", "check", N_("In force")),
    "superseded": ("line", "archive", N_("Superseded")),
    "refused": ("late", "x", N_("Refused by the other side")),
    "withdrawn": ("line", "archive", N_("Taken back")),
}


#: What a file says in a word of its own.
_PLAIN: Final = {
    "*": N_("any"),
    "editorial": N_("of form"),
    "clarifying": N_("that clarifies"),
    "substantive": N_("of substance"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A policy in the list."""

    name: str
    title: str
    number: int
    since: datetime | None
    used: int
    open: PolicyEdition | None


@dataclass(frozen=True, slots=True)
class Former:
    """A version of a policy in its history."""

    number: int
    state: str
    at: datetime | None
    by: str
    reason: str
    decided_by: str
    decided_at: datetime | None
    decided_reason: str


def lines(session: Session, language: str) -> list[Line]:
    """Every policy in force, and every name that is only proposed yet."""
    used = policy_change.used_by(session)
    found = []
    for name in policy_change.all_names(session):
        policy = policy_change.in_force(session, name)
        known = policy_change.editions(session, name)
        now = next((row for row in known if row.state == "in_force"), None)
        waiting = next((row for row in known if row.state in policy_change.OPEN), None)
        shown = policy or policy_change.policy_in(known[0])
        number = now.number if now else int(policy is not None)
        found.append(
            Line(name, said(shown.title, language), number, now.decided_at if now else None, used.get(name, 0), waiting)
        )
    return found


def history(session: Session, name: str, language: str) -> list[Former]:
    """Every version of the policy, newest first, down to the one that came with Charte."""
    rows = policy_change.editions(session, name)
    ids = {person for row in rows for person in (row.proposed_by, row.decided_by) if person}
    names = writing.people_named(session, ids)
    found = [
        Former(
            row.number, row.state, row.proposed_at, names.get(row.proposed_by, ""), row.reason,
            names.get(row.decided_by or "", ""), row.decided_at, row.decided_reason,
        )
        for row in rows
    ]  # fmt: skip
    if name in shipped() and all(row.number > 1 for row in rows):
        state = "superseded" if any(row.state == "in_force" for row in rows) else "in_force"
        said_first = translations(language).gettext(N_("Came with Charte."))
        found.append(Former(1, state, None, "", said_first, "", None, ""))
    return found


def version(session: Session, name: str, number: int) -> Policy:
    """The text of a version; raises `UnknownEdition`. The first may be the one that came with Charte."""
    if number == 1 and name in shipped() and all(row.number > 1 for row in policy_change.editions(session, name)):
        return shipped()[name]
    return policy_change.policy_in(policy_change.edition(session, name, number))


def policy_with(session: Session, name: str, policy_hash: str) -> Policy | None:
    """The text of the policy that has the hash: a version, the one pinned by a submit, or the one that was shipped."""
    for row in policy_change.editions(session, name):
        if row.hash == policy_hash:
            return policy_change.policy_in(row)
    first = shipped().get(name)
    return first if first is not None and first.hash == policy_hash else policy_change.pinned(session, policy_hash)


def compared(old: Policy | None, new: Policy) -> Iterator[tuple[str, str]]:
    """The lines of the new file with those of the old one that went: (kind, words), kind "", ins or del."""
    before = as_toml(old).splitlines() if old else []
    kinds = {"+ ": "ins", "- ": "del", "  ": ""}
    for line in difflib.ndiff(before, as_toml(new).splitlines()):
        if line[:2] in kinds:
            yield kinds[line[:2]], line[2:]


def proof_of(session: Session, policy_hash: str, language: str) -> dict[str, Any] | None:
    """What the search showed, with its sentences in the language, and when; None before it was done."""
    row = session.get(PolicyProof, policy_hash)
    if row is None:
        return None
    kept = report(row)
    told = kept["told"][language]
    # The end of a story begins as its contrast, and stands by itself as a headline.
    end = told["story"][-1].removeprefix("Yet ").removeprefix("Or ") if told["story"] else ""
    return {**kept, **told, "at": row.at, "headline": end[:1].upper() + end[1:]}


def found_now(session: Session, policy: Policy, language: str, at: datetime) -> list[tuple[str, str]]:
    """What is found in the policy among the people of now: (severity, sentence), people by name."""
    return said_findings(session, findings(policy, policy_change.organisation(session, at)), language)


def said_findings(session: Session, found: Sequence[Any], language: str) -> list[tuple[str, str]]:
    """Findings in sentences: people and teams by name, without the place in the file."""
    teller, teams, say = Teller(language), writing.team_names(session, language), translations(language).gettext
    ids = {str(one.facts["person"]) for one in found if "person" in one.facts}
    names = writing.people_named(session, ids)
    lines = []
    for one in found:
        facts = {
            key: ", ".join(map(str, value)) if isinstance(value, list) else value for key, value in one.facts.items()
        }
        facts |= {key: teams.get(str(facts[key]), facts[key]) for key in ("team",) if key in facts}
        facts |= {key: say(_PLAIN[facts[key]]) for key in ("kind", "language", "change") if facts.get(key) in _PLAIN}
        facts |= {key: names.get(str(facts[key]), facts[key]) for key in ("person",) if key in facts}
        lines.append((one.severity.value, teller.say(one.code, **facts)))
    return sorted(dict.fromkeys(lines), key=lambda line: line[0] != "refuse")


def plain(found: Sequence[Any]) -> list[dict[str, Any]]:
    """Findings as JSON, for programs."""
    return [
        {"code": one.code, "severity": one.severity.value, "place": one.place, "facts": dict(one.facts)}
        for one in found
    ]


def report(row: PolicyProof) -> dict[str, Any]:
    """What the search showed, as it was kept."""
    found: dict[str, Any] = json.loads(row.report)
    return found
