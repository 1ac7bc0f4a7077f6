"""Approval policies: what must be signed, by which teams, in which order. A policy is data, known by its hash.

A file says more than the product acts on yet. Read, checked, kept and hashed, but without effect so far: `interim`,
`applies` (a guideline names its policy), and the scopes `owned` and `tag:…` (no text has
owners or tags yet: such a requirement asks for nothing).
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from workflow.errors import InvalidPolicy, UnknownPolicy

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,79}$")]
Change = Literal["editorial", "clarifying", "substantive"]
CHANGES: Final[tuple[Change, ...]] = ("editorial", "clarifying", "substantive")
Authors = Literal["excluded", "second_pair"]
#: A list that is there names something: an empty one would be a rule that never holds.
Some = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=80)], ...], Field(min_length=1)]


class Strict(BaseModel):
    """Unknown keys are refused: a mistyped rule must not silently be no rule."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(Strict):
    """A name in both languages."""

    fr: Annotated[str, Field(min_length=1, max_length=100)]
    en: Annotated[str, Field(min_length=1, max_length=100)]


class Applies(Strict):
    """Which guidelines the policy is for; a star stands for all."""

    kinds: Some = ("*",)
    languages: Some = ("*",)


class When(Strict):
    """When a requirement exists; an absent list means always."""

    kinds: Some | None = None
    languages: Some | None = None
    classes: Annotated[tuple[Change, ...], Field(min_length=1)] | None = None


class Requirement(Strict):
    """So many sign-offs of a team on each section of a scope. Its id is what evidence names."""

    id: Slug
    team: Slug
    quorum: Annotated[int, Field(ge=1, le=50)] | Literal["all"] = 1
    people: Some | None = None
    scope: Annotated[str, Field(pattern=r"^(all|owned|outline|tag:[a-z0-9-]{1,40})$")] = "all"
    authors: Authors = "excluded"
    when: When = When()
    due_days: Annotated[int, Field(ge=1, le=365)] | None = None
    escalate_to: Slug | None = None


class Stage(Strict):
    """Requirements that are open at the same time; a stage opens when the one before is complete."""

    name: Said
    require: Annotated[tuple[Requirement, ...], Field(min_length=1, max_length=30)]


class Interim(Strict):
    """The fast path in a crisis. Absent, there is none."""

    team: Slug
    quorum: Annotated[int, Field(ge=1, le=20)]
    authors: Authors = "second_pair"
    alone: Literal["never", "with_reason"] = "never"
    clock_hours: Annotated[int, Field(ge=1, le=720)]
    cooldown_hours: Annotated[int, Field(ge=0, le=8760)] = 0
    owed: Said | None = None


class Policy(Strict):
    """A whole policy file."""

    format: Literal[1]
    name: Slug
    title: Said
    owner_team: Slug
    other_side: Slug
    applies: Applies = Applies()
    objection: Literal["blocks", "counts"] = "blocks"
    gate: Literal["version", "section"] = "version"
    review_every_months: Annotated[int, Field(ge=1, le=60)] | None = None
    stage: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=9)]
    interim: Interim | None = None

    @model_validator(mode="after")
    def _ids_differ(self) -> "Policy":
        ids = [requirement.id for requirement in self.requirements()]
        if len(ids) != len(set(ids)):
            raise ValueError("two requirements have the same id")
        return self

    def requirements(self) -> Iterator[Requirement]:
        """Every requirement, in the order of the stages."""
        for stage in self.stage:
            yield from stage.require

    def active(self, *, kind: str, language: str, change: Change = "substantive") -> list[tuple[int, Requirement]]:
        """The requirements for such a version, each with its stage's place. No class agreed counts as substantive."""
        return [
            (place, requirement)
            for place, stage in enumerate(self.stage)
            for requirement in stage.require
            if (requirement.when.kinds is None or kind in requirement.when.kinds)
            and (requirement.when.languages is None or language in requirement.when.languages)
            and (requirement.when.classes is None or change in requirement.when.classes)
        ]

    def canonical(self) -> str:
        """The validated value as JSON with sorted keys: the text that is stored and hashed."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical value: what a version in review is pinned to."""
        return hashlib.sha256(b"charte:policy:1\n" + self.canonical().encode()).hexdigest()


def change_named(name: str) -> Change:
    """The class of that name; whatever else a row may say counts as substantive."""
    for change in CHANGES:
        if name == change:
            return change
    return "substantive"


def read_policy(text: str, *, name: str = "policy.toml") -> Policy:
    """A policy from TOML, or from JSON with the same keys; raises `InvalidPolicy` with the place and the problem."""
    try:
        value = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise InvalidPolicy(name=name, place="", problem=str(error)) from None
    return check_policy(value, name=name)


def check_policy(value: Mapping[str, Any], *, name: str = "policy") -> Policy:
    """A policy from a parsed value; raises `InvalidPolicy`."""
    try:
        return Policy.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidPolicy(name=name, place=place, problem=first["msg"]) from None


@cache
def shipped() -> Mapping[str, Policy]:
    """The policies that come with Charte, by name."""
    folder = files("workflow").joinpath("policies")
    texts = {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".toml")}
    found = [read_policy(text, name=name) for name, text in sorted(texts.items())]
    return {policy.name: policy for policy in found}


def policies(folder: Path | None = None) -> Mapping[str, Policy]:
    """The shipped policies and those of a folder, which win over shipped ones of the same name."""
    own = sorted(folder.glob("*.toml")) if folder else []
    return {**shipped(), **{policy.name: policy for policy in (_read_file(file) for file in own)}}


def policy_named(name: str, folder: Path | None = None) -> Policy:
    """The policy of that name; raises `UnknownPolicy`."""
    known = policies(folder)
    if name not in known:
        raise UnknownPolicy(name=name, known=sorted(known))
    return known[name]


def _read_file(file: Path) -> Policy:
    return read_policy(file.read_text("utf-8"), name=file.name)
