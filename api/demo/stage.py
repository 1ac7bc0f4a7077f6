"""How the story acts: every move is one of the product's own use cases, by somebody, at a clock that only goes on."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from sqlmodel import Session

from api import accounts, people, words
from api.config import Config
from api.demo import company
from api.demo.company import Text
from api.i18n import company_day
from api.keys import seal_published
from api.secrets import new_id
from exports.markdown_reader import read_markdown
from guidelines import authority, discussion, versions
from guidelines import queries as writing
from guidelines.document import Node, document_hash
from guidelines.people import Actor
from guidelines.sections import sections
from guidelines.tables import Guideline, Thread
from workflow import acknowledgement, classing, drafts, handbook, queries, review, signing
from workflow.policy import Change

#: Of it only what a seal prints is read here: the key lies beside the demo's database.
_CONFIG = Config(database_url="", organisation=company.ORGANISATION)


@cache
def text_of(slug: str, number: str) -> Node:
    """The words of a version, as they lie beside this module; charters and guides are cited by clause."""
    words = read_markdown(files("api.demo").joinpath("content", slug, f"{number}.md").read_text("utf-8"))
    return replace(words, attrs={**words.attrs, "numbering": "clauses"}) if slug in company.CITED else words


@dataclass(slots=True)
class Stage:
    """The company at one moment of its history, in the caller's transaction."""

    session: Session
    end: datetime
    at: datetime
    ids: dict[str, str] = field(default_factory=dict)

    def day(self, ago: int, hour: int, minute: int = 0) -> None:
        """Moves the clock to a working day so long before the end; it never goes back."""
        day = self.end.date() - timedelta(days=ago)
        day -= timedelta(days=max(0, day.weekday() - 4))
        self._move(datetime.combine(day, time(hour, minute), self.end.tzinfo))

    def before_end(self, **ago: int) -> None:
        """Moves the clock to minutes or hours before the end."""
        self._move(self.end - timedelta(**ago))

    def tick(self) -> datetime:
        """A minute later."""
        self._move(self.at + timedelta(minutes=1))
        return self.at

    def actor(self, key: str) -> Actor:
        """The person with the roles held now."""
        found = accounts.actor_of(self.session, self.ids[key], self.at)
        assert found is not None, key
        return found

    def found_company(self) -> None:
        """Teams and people, each with an account."""
        at = self.tick()
        for team, (name_fr, name_en) in company.TEAMS.items():
            people.add_team(self.session, team, name_fr=name_fr, name_en=name_en)
        for who in company.PEOPLE:
            person = people.add_person(self.session, name=who.name, email=who.email, language=who.language, at=at)
            self.ids[who.key] = person.id
            for role, team in who.roles:
                people.give_role(self.session, person.id, role, team, at=at, recorded_by=None)
            accounts.set_password(self.session, person.id, company.PASSWORD, at)

    def create(self, text: Text, by: str, parts: Iterable[int] | None = None, number: str = "1.0") -> str:
        """A new guideline whose first draft holds these sections of its text (0 is what stands before them)."""
        guideline_id, version_id = new_id(), new_id()
        wanted = text_of(text.slug, number)
        drafts.create_guideline(
            self.session, self.actor(by), guideline_id=guideline_id, version_id=version_id, slug=text.slug,
            title=text.title, language=text.language, kind=text.kind, owner_team=text.owner_team,
            audience=text.audience, summary=text.summary, shelf=text.shelf,
            document=wanted if parts is None else _only(wanted, parts), at=self.tick(),
        )  # fmt: skip
        self.ids[text.slug] = guideline_id
        if text.translation_of:
            self.session.get_one(Guideline, guideline_id).translation_of = self.ids[text.translation_of]
        return version_id

    def draft(self, text: Text, by: str) -> str:
        """A new draft of a published guideline."""
        version_id = new_id()
        drafts.new_draft(self.session, self.actor(by), self.ids[text.slug], version_id=version_id, at=self.tick())
        return version_id

    def write(self, version_id: str, by: str, text: Text, number: str, *titles: str) -> None:
        """The person makes these sections say what they say in a later text; without titles, everything."""
        actor = self.actor(by)
        drafts.may_edit(self.session, actor, version_id)
        now = authority.open_document(self.session, version_id).document
        wanted = text_of(text.slug, number)
        document = _mixed(now, wanted, frozenset(titles)) if titles else wanted
        versions.replace_document(self.session, actor, version_id, document, ref=new_id(), at=self.tick(), cause="edit")

    def type(self, version_id: str, by: str, before: str, after: str, *, behind: int = 0) -> None:
        """The person replaces some words by others, as typed; `behind` revisions late, as two who type at once are."""
        actor = self.actor(by)
        drafts.may_edit(self.session, actor, version_id)
        head = authority.open_document(self.session, version_id).revision
        opened = authority.document_at(self.session, version_id, head - behind)
        start, end = _place(opened.tree, before)
        step = {"stepType": "replace", "from": start, "to": end}
        if after:
            step["slice"] = {"content": [{"type": "text", "text": after}]}
        authority.receive(
            self.session, version_id, actor=actor, ref=new_id(), base_revision=head - behind, steps_json=[step],
            at=self.tick(),
        )  # fmt: skip

    def submit(self, version_id: str, by: str) -> None:
        review.submit(self.session, self.actor(by), version_id, at=self.tick())

    def sign(self, version_id: str, by: str, team: str, *titles: str) -> None:
        """Signs for a team what may be signed; with titles, those sections only."""
        found = queries.standing(self.session, version_id, self.at)
        actor = self.actor(by)
        name = company.TEAMS[team][0 if actor.language == "fr" else 1]
        parts = [part.id for part in sections(found.document) if part.title in titles] if titles else None
        assert parts is None or len(parts) == len(titles), titles
        signing.approve(
            self.session, actor, version_id, team=team, sections=parts,
            shown_hash=document_hash(found.document), language=actor.language,
            statement=words.agreement(found.version.title, name, actor.language), at=self.tick(),
        )  # fmt: skip

    def request_changes(self, version_id: str, by: str, remark: str) -> None:
        review.request_changes(self.session, self.actor(by), version_id, remark=remark, at=self.tick())

    def agree(self, version_id: str, by: str, other: str, change: Change) -> None:
        """Both sides agree on the class of the change."""
        classing.state_class(self.session, self.actor(by), version_id, change=change, at=self.tick())
        classing.agree_class(self.session, self.actor(other), version_id, at=self.tick())

    def publish(self, version_id: str, by: str, note: str = "") -> None:
        at = self.tick()
        review.publish(self.session, self.actor(by), version_id, change_note=note, at=at, today=company_day(at))
        seal_published(self.session, _CONFIG, version_id, at=at, person_id=self.actor(by).id)

    def confirm(self, text: Text, *keys: str) -> None:
        """These people confirm having read the version in force."""
        entry = handbook.edition(self.session, text.slug)
        row = entry.publication
        for key in keys:
            actor = self.actor(key)
            acknowledgement.confirm(
                self.session, actor, row.version_id, document_hash=row.document_hash, language=actor.language,
                statement=words.confirmation(row.title, entry.number, actor.language), at=self.tick(),
            )  # fmt: skip

    def comment(self, version_id: str, by: str, quote: str, text: str, *, blocking: bool = False) -> Thread:
        """Opens a thread on words of the text."""
        actor = self.actor(by)
        drafts.demand_discuss(self.session, actor, writing.version(self.session, version_id))
        return discussion.open_thread(
            self.session, actor, version_id, thread_id=new_id(), comment_id=new_id(), text=text, quote=quote,
            blocking=blocking, at=self.tick(),
        )  # fmt: skip

    def reply(self, thread: Thread, by: str, text: str, *, resolve: bool = False) -> None:
        """Answers in a thread, and closes it when that settles it."""
        actor = self.actor(by)
        discussion.reply(self.session, actor, thread, comment_id=new_id(), text=text, at=self.tick())
        if resolve:
            discussion.resolve(self.session, actor, thread, at=self.tick())

    def _move(self, at: datetime) -> None:
        self.at = max(self.at, at)


def _only(document: Node, parts: Iterable[int]) -> Node:
    wanted = frozenset(parts)
    blocks = [block for place, part in enumerate(sections(document)) if place in wanted for block in part.blocks]
    return Node("doc", document.attrs, tuple(blocks))


def _mixed(now: Node, wanted: Node, titles: frozenset[str]) -> Node:
    """The text wanted, in which only the named sections have got so far; the others say what they say now."""
    kept = {part.title: part.blocks for part in sections(now)}
    unknown = titles - {part.title for part in sections(wanted)}
    assert not unknown, unknown
    blocks: list[Node] = []
    for part in sections(wanted):
        blocks += part.blocks if part.title in titles else kept.get(part.title, ())
    return Node("doc", wanted.attrs, tuple(blocks))


def _place(tree: Any, words_: str) -> tuple[int, int]:
    """Where words stand in the text: the first block that holds them; positions count UTF-16 units."""
    found: list[tuple[int, int]] = []

    def visit(node: Any, position: int, _parent: Any, _index: int) -> bool:
        if node.is_textblock and not found:
            before, match, _ = str(node.text_content).partition(words_)
            if match:
                start = position + 1 + _units(before)
                found.append((start, start + _units(words_)))
        return not node.is_textblock

    tree.descendants(visit)
    assert found, words_
    return found[0]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
