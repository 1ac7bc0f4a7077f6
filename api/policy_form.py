"""An approval policy as a form: what a page shows of it, and the policy that a filled form means.

What the form has no field for (the fast path, named people, which kinds it is for) stays as it is in the policy that
the form was opened on. Everything works without scripts: a button adds a line and shows the form again.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from workflow.policy import CHANGES, Policy, Requirement, check_policy

Fields = dict[str, str]

MOST_STAGES: Final = 9
MOST_NEEDS: Final = 30
_STAGE = re.compile(r"s(\d)_(?:fr|en)")
_NEED = re.compile(r"s(\d)r(\d{1,2})_team")


def fields_of(policy: Policy) -> Fields:
    """The form's fields as the policy fills them."""
    found = {
        "name": policy.name,
        "title_fr": policy.title.fr,
        "title_en": policy.title.en,
        "owner_team": policy.owner_team,
        "other_side": policy.other_side,
        "objection": policy.objection,
        "months": str(policy.review_every_months or ""),
    }
    for at, stage in enumerate(policy.stage):
        found |= {f"s{at}_fr": stage.name.fr, f"s{at}_en": stage.name.en}
        for number, need in enumerate(stage.require):
            found |= {f"s{at}r{number}_{key}": value for key, value in _need_fields(need).items()}
    return found


def with_another(fields: Mapping[str, str], wanted: str) -> Fields:
    """The form with one more empty stage (`stage`), or one more line in a stage (its number)."""
    found, counts = dict(fields), shape(fields)
    if wanted == "stage" and len(counts) < MOST_STAGES:
        found |= {f"s{len(counts)}_fr": "", f"s{len(counts)}_en": "", f"s{len(counts)}r0_team": ""}
    elif wanted.isascii() and wanted.isdigit() and int(wanted) < len(counts) and counts[int(wanted)] < MOST_NEEDS:
        found[f"s{wanted}r{counts[int(wanted)]}_team"] = ""
    return found


def shape(fields: Mapping[str, str]) -> list[int]:
    """How many lines each stage of the form has."""
    stages = max((int(found[1]) for key in fields if (found := _STAGE.fullmatch(key))), default=-1) + 1
    counts = [0] * stages
    for key in fields:
        if (found := _NEED.fullmatch(key)) and int(found[1]) < stages:
            counts[int(found[1])] = max(counts[int(found[1])], int(found[2]) + 1)
    return counts


def policy_of(fields: Mapping[str, str], base: Policy) -> Policy:
    """The policy that the form means; raises `InvalidPolicy`. A line without a team is none, as is an empty stage."""
    known = {need.id: need for need in base.requirements()}
    taken: set[str] = set()
    stages = []
    for at, count in enumerate(shape(fields)):
        needs = [
            _need(fields, f"s{at}r{number}_", known, taken)
            for number in range(count)
            if fields.get(f"s{at}r{number}_team")
        ]
        name = {"fr": fields.get(f"s{at}_fr", "").strip(), "en": fields.get(f"s{at}_en", "").strip()}
        if needs or any(name.values()):
            stages.append({"name": name, "require": needs})
    value = base.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    value |= {
        "name": fields.get("name", base.name).strip(),
        "title": {"fr": fields.get("title_fr", "").strip(), "en": fields.get("title_en", "").strip()},
        "owner_team": fields.get("owner_team", ""),
        "other_side": fields.get("other_side", ""),
        "objection": fields.get("objection", "blocks"),
        "stage": stages,
    }
    value.pop("review_every_months", None)
    if months := fields.get("months", "").strip():
        value["review_every_months"] = _number(months)
    return check_policy(value, name=str(value["name"]))


def _need_fields(need: Requirement) -> Fields:
    classes = need.when.classes
    return {
        "id": need.id,
        "team": need.team,
        "quorum": str(need.quorum),
        "scope": "tag" if need.scope.startswith("tag:") else need.scope,
        "tag": need.scope.removeprefix("tag:") if need.scope.startswith("tag:") else "",
        "authors": need.authors,
        **{change: "yes" for change in CHANGES if classes is None or change in classes},
        "kinds": ", ".join(need.when.kinds or ()),
        "languages": ", ".join(need.when.languages or ()),
        "due": str(need.due_days or ""),
        "escalate": need.escalate_to or "",
    }


def _need(fields: Mapping[str, str], at: str, known: Mapping[str, Requirement], taken: set[str]) -> dict[str, Any]:
    def said(name: str) -> str:
        return fields.get(at + name, "").strip()

    team = said("team")
    name = said("id") or team
    count = 1
    while name in taken:
        count += 1
        name = f"{team}-{count}"
    taken.add(name)
    scope = f"tag:{said('tag')}" if said("scope") == "tag" else said("scope") or "all"
    need: dict[str, Any] = {
        "id": name,
        "team": team,
        "quorum": "all" if said("quorum") == "all" else _number(said("quorum") or "1"),
        "scope": scope,
        "authors": said("authors") or "excluded",
    }
    former = known.get(name)
    if former is not None and former.people is not None and former.team == team:
        need["people"] = list(former.people)
    if when := _when(fields, at):
        need["when"] = when
    if said("due"):
        need["due_days"] = _number(said("due"))
    if said("escalate"):
        need["escalate_to"] = said("escalate")
    return need


def _when(fields: Mapping[str, str], at: str) -> dict[str, list[str]]:
    """All classes named, or none, is no condition."""
    classes: list[str] = [change for change in CHANGES if fields.get(at + change)]
    when = {"classes": classes} if 0 < len(classes) < len(CHANGES) else {}
    for name in ("kinds", "languages"):
        words = [word.strip() for word in fields.get(at + name, "").split(",") if word.strip()]
        if words:
            when[name] = words
    return when


def _number(words: str) -> int | str:
    """What is no number is left to the policy's own check, which names the place."""
    return int(words) if words.isascii() and words.isdigit() and len(words) < 9 else words
