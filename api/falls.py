"""How sign-offs fell: whose, who changed what since, and the very words, title or order, before and after."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from markupsafe import Markup

from api.i18n import N_, say_list, say_moment, translations
from api.publications import section_names
from api.views import Names
from api.visit import Work
from api.words import Said, kind_name, say_changes, say_difference, slice_name
from exports.redline import render_entries
from guidelines import authority
from guidelines import queries as writing
from guidelines.changes import changes_of
from guidelines.document import Node
from guidelines.redline import redline
from guidelines.sections import META, OUTLINE, Section, sections
from workflow import events
from workflow.coverage import Void, Voided, counting, voided
from workflow.facts import Decision, Slice, to_sign
from workflow.queries import Standing

Numbers = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Fall:
    """Sign-offs that fell by the same words: who had signed, by whom it was changed, and what, in words and drawn."""

    signed: list[str]
    changed: str
    said: list[Said]
    body: Markup


def fallen(slice_: Slice, found: Standing) -> list[tuple[str, Voided]]:
    """(team, sign-off) for each that fell because the words changed, where nobody has signed the present ones."""
    listed = []
    for _, need in found.facts.requirements:
        if slice_ not in to_sign(need, found.facts) or counting(need, slice_, found.facts):
            continue
        listed += [(need.team, void) for void in voided(need, slice_, found.facts) if void.reason is Void.OTHER_WORDS]
    return listed


class Falls:
    """Tells how the sign-offs of one version fell, for one person: every former text is read once."""

    def __init__(self, work: Work, found: Standing, names: Names, language: str) -> None:
        self.work = work
        self.found = found
        self.names = names
        self.language = language
        self.say = translations(language).gettext
        self.former: dict[int, Node] = {}

    def of(self, slice_: Slice) -> list[Fall]:
        """The sign-offs that fell and that nobody has replaced; those that fell by the same words are told together."""
        told: dict[tuple[str, tuple[Said, ...]], Fall] = {}
        for team, void in fallen(slice_, self.found):
            changed, (said, body) = self._changed(slice_, void), self._between(slice_, void.decision)
            fall = told.setdefault((changed, tuple(said)), Fall([], changed, said, body))
            fall.signed.append(self._signed(void.decision, team))
        return list(told.values())

    def _signed(self, decision: Decision, team: str) -> str:
        mine = decision.person == self.work.actor.id
        words = (
            N_("You signed for %(team)s on %(when)s.") if mine else N_("%(person)s signed for %(team)s on %(when)s.")
        )
        return self.say(words) % {
            "person": self.names.people.get(decision.person, ""),
            "team": self.names.teams.get(team, team),
            "when": say_moment(decision.at, self.language),
        }

    def _changed(self, slice_: Slice, void: Voided) -> str:
        since = writing.changes_since(self.work.session, self.found.version.id, slice_.id, void.decision.revision)
        authors = sorted({person for change in since for person in change.authors})
        known = writing.people_named(self.work.session, set(authors))
        words = {
            META: N_("Changed by %(who)s on %(since)s:"),
            OUTLINE: N_("The order was changed by %(who)s on %(since)s:"),
        }.get(slice_.id, N_("These words were changed by %(who)s on %(since)s:"))
        if not since:
            return self.say(N_("It has changed since:"))
        return self.say(words) % {
            "who": say_list([known.get(person, "…") for person in authors], self.language) or self.say(N_("somebody")),
            "since": say_moment(since[-1].at, self.language),  # type: ignore[arg-type]
        }

    def _between(self, slice_: Slice, decision: Decision) -> tuple[list[Said], Markup]:
        """What changed in one slice between what was signed and what stands now."""
        if slice_.id == META:
            return self._details(decision)
        before = self._document(decision.revision)
        if slice_.id == OUTLINE:
            return self._order(before)
        old, new = (_only(slice_.id, document) for document in (before, self.found.document))
        found = redline(old, new)
        changed = [entry for entry in found.entries if entry.op != "equal"]
        body = render_entries(changed, self.found.document, language=self.found.version.language, labels=self.language)
        return say_changes(changes_of(found), self.names.sections, self.language), Markup(body)

    def _details(self, decision: Decision) -> tuple[list[Said], Markup]:
        """The title and what goes with it, as the log told them last before the sign-off."""
        row, said = self.found.version, _told_before(self.work, self.found, decision)
        lines = []
        for name, field, now in (
            (N_("Title"), "title", row.title),
            (N_("Kind"), "kind", row.kind),
            (N_("For whom"), "audience", row.audience),
            (N_("Summary"), "summary", row.summary),
        ):
            before = str(said.get(field, ""))
            if field == "kind":
                before, now = kind_name(before, self.language), kind_name(now, self.language)
            if before != now:
                words = say_difference(self.say(name), before, now, self.language)
                lines.append(Said(META, "", words))
        return lines, Markup()

    def _order(self, before: Node) -> tuple[list[Said], Markup]:
        """What came, went or stands elsewhere in the order, then both orders."""
        then, now = section_names(before), self.names.sections
        levels = [{part.id: part.level for part in sections(document)} for document in (before, self.found.document)]
        lines = [
            *self._each(N_("%(place)s is new in the order."), [part for part in now if part not in then], now),
            *self._each(N_("%(place)s is no longer there."), [part for part in then if part not in now], then),
            *self._each(N_("%(place)s stands elsewhere in the order."), _moved(list(then), list(now)), now),
            *self._each(
                N_("%(place)s is a heading of another level."),
                [part for part in now if part in then and levels[0][part] != levels[1][part]],
                now,
            ),
        ]
        if before.attr("numbering") != self.found.document.attr("numbering"):
            lines.append(Said(OUTLINE, "", self.say(N_("The numbers of headings and clauses are set otherwise."))))
        body = Markup("").join(
            Markup('<p lang="{}">{}</p><ol>{}</ol>').format(self.language, self.say(title), self._listed(numbers))
            for title, numbers in ((N_("Order that was signed"), then), (N_("Order now"), now))
        )
        return lines, body

    def _each(self, words: str, parts: Sequence[str], numbers: Numbers) -> list[Said]:
        return [Said(part, "", self.say(words) % {"place": slice_name(part, numbers, self.language)}) for part in parts]

    def _listed(self, numbers: Numbers) -> Markup:
        titles = [slice_name(part, {part: ("", numbers[part][1])}, self.language) for part in numbers]
        return Markup("").join(Markup("<li>{}</li>").format(title) for title in titles)

    def _document(self, revision: int) -> Node:
        if revision not in self.former:
            opened = authority.document_at(self.work.session, self.found.version.id, revision)
            self.former[revision] = opened.document
        return self.former[revision]


def _only(part: str, document: Node) -> Node:
    """The document cut down to one section."""
    found: Section | None = next((one for one in sections(document) if one.id == part), None)
    return Node("doc", {}, found.blocks if found else ())


def _moved(then: Sequence[str], now: Sequence[str]) -> list[str]:
    """Those in both orders that do not keep their place among the others."""
    before, after = [part for part in then if part in now], [part for part in now if part in then]
    kept = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    still = {part for match in kept for part in after[match.b : match.b + match.size]}
    return [part for part in after if part not in still]


def _told_before(work: Work, found: Standing, decision: Decision) -> Mapping[str, object]:
    """What the log's last entry about the version's details says before the entry of the sign-off."""
    told: Mapping[str, object] = {}
    for event in events.history(work.session, found.guideline.id):
        if event.version_id != found.version.id:
            continue
        data = json.loads(event.data)
        if event.kind == events.Kind.SIGNED_OFF and data.get("sign_off") == decision.seq:
            break
        if "title" in data:
            told = data
    return told
