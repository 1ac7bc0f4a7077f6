"""What the house knows, said in the visitor's language: changes, what is outstanding, events, whose turn it is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from api.i18n import N_, lately, said, say_date, say_lately, say_list, say_moment, translations
from guidelines.changes import Change, Kind
from guidelines.sections import META, OUTLINE
from workflow.outstanding import Outstanding, Reason, is_hopeless, is_text
from workflow.tables import Event

MOST_QUOTED: Final = 120
#: So many people are named who could sign; more are counted.
MOST_PEOPLE: Final = 4
_GOES_ON: Final = (",", ";", ":", ".", ")")
#: Spaces that a line may break at: the others belong to the mark beside them and stay.
_SPACES: Final = re.compile(r"[^\S\u00a0\u202f]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A change as a line of a list."""

    anchor: str
    number: str
    words: str
    #: Without the place, for where its number stands beside.
    bare: str = ""


_CHANGES: Final = {
    Kind.REPLACED: N_("%(place)s, “%(before)s” becomes “%(after)s”."),
    Kind.ADDED: N_("%(place)s, “%(after)s” is added."),
    Kind.REMOVED: N_("%(place)s, “%(before)s” is removed."),
    Kind.BLOCK_ADDED: N_("%(place)s, a paragraph is added: “%(after)s”"),
    Kind.BLOCK_REMOVED: N_("%(place)s, a paragraph is removed: “%(before)s”"),
    Kind.MOVED: N_("%(place)s, a paragraph comes from %(origin)s: “%(after)s”"),
    Kind.FORMAT: N_("%(place)s, the form changes and the words stay: “%(after)s”"),
}

_OUTSTANDING: Final = {
    Reason.NOT_YET: N_("%(place)s: %(team)s has not signed yet."),
    Reason.CHANGED_SINCE: N_("%(place)s: the words changed since %(person)s signed for %(team)s on %(when)s."),
    Reason.SIGNER_WROTE_IT: N_("%(place)s: %(person)s has written here since; somebody else of %(team)s signs."),
    Reason.LATEST_DECISION_IS: N_("%(place)s: %(person)s took the sign-off for %(team)s back."),
    Reason.OBJECTION: N_("%(place)s: %(person)s objects for %(team)s: “%(remark)s”"),
    Reason.NOBODY_CAN: N_("%(place)s: too few of %(team)s are left who may sign there."),
    Reason.NO_SECOND_PAIR: N_("%(place)s: somebody who wrote none of it must sign for %(team)s."),
    Reason.THREAD_BLOCKING: N_("%(place)s: an open thread holds back publication."),
    Reason.SUGGESTION_OPEN: N_("%(place)s: an open suggestion waits for a decision."),
    Reason.BASE_MOVED: N_("Another version came into force since this draft was begun."),
    Reason.NOTHING_CHANGED: N_("The text is word for word the one in force."),
}

_EVENTS: Final = {
    "guideline_created": ("pencil", "", N_("%(person)s began this text")),
    "draft_started": ("pencil", "", N_("%(person)s started a new draft")),
    "text_imported": ("upload", "", N_("%(person)s brought in a whole text")),
    "meta_changed": ("pencil", "", N_("%(person)s changed the title or what goes with it")),
    "guideline_moved": ("pencil", "", N_("%(person)s changed %(what)s")),
    "version_submitted": ("send", "", N_("%(person)s submitted the draft for review")),
    "version_repinned": ("settings", "now", N_("%(person)s put the review under the approval policy of now")),
    "signed_off": ("pen-line", "ok", N_("%(person)s signed off for %(team)s")),
    "objected": ("circle-alert", "fallen", N_("%(person)s objected for %(team)s")),
    "sign_off_retracted": ("undo-2", "fallen", N_("%(person)s took a sign-off for %(team)s back")),
    "objection_lifted": ("check", "ok", N_("%(person)s lifted an objection of %(team)s")),
    "class_stated": ("pen-line", "", N_("%(person)s stated the class of the change: %(change)s")),
    "class_agreed": ("check", "ok", N_("%(person)s agreed to the class of the change: %(change)s")),
    "class_contested": ("circle-alert", "fallen", N_("%(person)s contested the class of the change: %(change)s")),
    "changes_requested": ("undo-2", "fallen", N_("%(person)s requested changes")),
    "version_reopened": ("pencil", "", N_("%(person)s took the text back to the draft")),
    "version_scheduled": ("calendar-clock", "", N_("%(person)s set a day for publication")),
    "date_held": ("circle-alert", "fallen", N_("The day for publication is off: the version is in review again")),
    "version_published": ("flag", "now", N_("%(person)s published version %(number)s")),
    "version_sealed": ("shield-check", "ok", N_("The version was sealed")),
    "version_superseded": ("archive", "", N_("A newer version came into force")),
    "version_withdrawn": ("archive", "fallen", N_("%(person)s withdrew the version")),
    "version_acknowledged": ("book-open-check", "", N_("%(person)s confirmed having read it")),
}


#: What the classes of a change are called.
CLASS_NAMES: Final = {
    "editorial": N_("Editorial"),
    "clarifying": N_("Clarifying"),
    "substantive": N_("Of substance"),
}

_PLACE: Final = {
    "slug": N_("the address"),
    "language": N_("the language"),
    "owner_team": N_("the owner team"),
    "shelf": N_("the shelf"),
}

_KINDS: Final = {
    "charter": N_("Charter"),
    "guide": N_("Guide"),
    "policy": N_("Policy"),
    "procedure": N_("Procedure"),
    "code": N_("Code of conduct"),
}


def kinds(language: str) -> list[tuple[str, str]]:
    """The kinds of guidelines that forms offer, with their names."""
    say = translations(language).gettext
    return [(kind, say(name)) for kind, name in _KINDS.items()]


def kind_name(kind: str, language: str) -> str:
    """What a kind is called; a kind of another's making is shown as it is."""
    return dict(kinds(language)).get(kind, kind)


def confirmation(title: str, number: str, language: str) -> str:
    """The sentence that a reader confirms: kept with the confirmation, word for word."""
    say = translations(language).gettext
    return say(N_("I have read “%(title)s”, version %(number)s.")) % {"title": title, "number": number}


def agreement(title: str, team: str, language: str) -> str:
    """The sentence that a signer agrees to: kept with the sign-off, word for word."""
    say = translations(language).gettext
    words = N_("For %(team)s, I have read these words of “%(title)s” and I agree to their publication.")
    return say(words) % {"team": team, "title": title}


def say_changes(found: Sequence[Change], numbers: Mapping[str, tuple[str, str]], language: str) -> list[Said]:
    """Each change as a sentence. `numbers` is section to (number, title)."""
    say = translations(language).gettext
    lines = []
    for change in found:
        number, title = numbers.get(change.section, ("", ""))
        facts = {
            "place": _place(number, title, language),
            "before": _quoted(change.before),
            "after": _quoted(change.after),
            "origin": numbers.get(change.origin, ("", ""))[1] or say(N_("elsewhere")),
        }
        words = say(_CHANGES[change.kind])
        bare = (words % {**facts, "place": ""}).removeprefix(", ")
        lines.append(Said(change.section, number, words % facts, bare[:1].upper() + bare[1:]))
    return lines


def say_difference(name: str, before: str, after: str, language: str) -> str:
    """How a named thing beside the text changed; one that was not there is added, one that is gone removed."""
    kind = Kind.REPLACED if before and after else Kind.ADDED if after else Kind.REMOVED
    facts = {"place": name, "before": _quoted(before), "after": _quoted(after)}
    return translations(language).gettext(_CHANGES[kind]) % facts


def say_outstanding(
    line: Outstanding,
    *,
    numbers: Mapping[str, tuple[str, str]],
    teams: Mapping[str, str],
    people: Mapping[str, str],
    language: str,
    place: str = "",
) -> str:
    """One thing that is missing, as a sentence; `place` names several sections that wait alike."""
    decision = line.because[-1].decision if line.because else None
    facts = {
        "place": place or slice_name(line.slice_id, numbers, language),
        "team": teams.get(line.team, line.team),
        "person": people.get(decision.person, "") if decision else "",
        "when": say_moment(decision.at, language) if decision else "",
        "remark": _quoted(decision.remark) if decision else "",
    }
    missing = said(_OUTSTANDING[line.reason], facts, language)
    return f"{missing} {_who_can(line, facts['team'], people, language)}".strip()


def _who_can(line: Outstanding, team: str, people: Mapping[str, str], language: str) -> str:
    """Who could sign; and where too few are left who may, what helps."""
    if not line.requirement or line.reason is Reason.OBJECTION:
        return ""
    say = translations(language).gettext
    names = sorted(people[person] for person in line.who_can if person in people)
    if line.reason is Reason.NOBODY_CAN or is_hopeless(line):
        only = say(N_("Only %(people)s can sign there, and %(missing)d sign-offs are missing.")) if names else ""
        few = only % {"people": say_list(names, language), "missing": line.missing} if only else ""
        return f"{few} {what_helps(team, language)}".strip()
    return say_may_sign(names, language) if names else ""


def say_may_sign(names: Sequence[str], language: str) -> str:
    """Who can sign, by name while they are few."""
    catalogue = translations(language)
    if len(names) > MOST_PEOPLE:
        return catalogue.ngettext("%(num)d person can sign there.", "%(num)d people can sign there.", len(names)) % {
            "num": len(names)
        }
    return catalogue.gettext(N_("%(people)s can sign there.")) % {"people": say_either(names, language)}


def what_helps(team: str, language: str) -> str:
    """What to do where nobody is left who may sign."""
    return translations(language).gettext(
        N_(
            "What helps: an administrator adds somebody to %(team)s, or the text follows a policy in which writers may "
            "sign beside somebody who wrote none of it."
        )
    ) % {"team": team}


def slice_name(slice_id: str, numbers: Mapping[str, tuple[str, str]], language: str) -> str:
    """What a slice is called on a page."""
    say = translations(language).gettext
    if slice_id == OUTLINE:
        return say(N_("Order of the sections"))
    if slice_id == META:
        return say(N_("Title, audience and summary"))
    number, title = numbers.get(slice_id, ("", ""))
    return f"{number} {title}".strip() or (say(N_("Introduction")) if slice_id else say(N_("The whole text")))


def say_slices(ids: Sequence[str], language: str) -> str:
    """What a decision is about: how many sections, and what is signed beside them by name."""
    catalogue = translations(language)
    sections = sum(is_text(one) for one in ids)
    counted = catalogue.ngettext("%(num)d section", "%(num)d sections", sections) % {"num": sections}
    beside = {OUTLINE: N_("the order of the sections"), META: N_("the title and what goes with it")}
    named = [catalogue.gettext(words) for one, words in beside.items() if one in ids]
    return say_list([*([counted] if sections else []), *named], language)


def say_event(
    event: Event, facts: Mapping[str, object], *, teams: Mapping[str, str], people: Mapping[str, str], language: str
) -> tuple[str, str, str]:
    """(icon, tone, sentence) of an entry of the log."""
    say = translations(language).gettext
    icon, tone, words = _EVENTS[event.kind]
    team = str(facts.get("team", ""))
    known = {
        "person": people.get(event.person_id or "", say(N_("Somebody"))),
        "team": teams.get(team, team),
        "number": str(facts.get("number", "")),
        "change": say(CLASS_NAMES[str(facts["change"])]) if str(facts.get("change")) in CLASS_NAMES else "",
        "what": say_list([say(name) for key, name in _PLACE.items() if key in facts], language),
    }
    return icon, tone, said(words, known, language)


def say_court(teams: Sequence[str], language: str) -> str:
    """Whose turn it is."""
    say = translations(language).gettext
    if not teams:
        return say(N_("nobody’s turn"))
    return say_list(teams, language)


_DONE: Final = {
    "submitted": N_("The review is open. Both teams find it under “For you”."),
    "signed": N_("Your sign-off is kept."),
    "taken_back": N_("Your decision has been taken back."),
    "objected": N_("Your objection is kept. It holds back publication until it is taken back or lifted."),
    "lifted": N_("The objection has been lifted."),
    "changes_requested": N_("The text is a draft again, with your remark."),
    "class_stated": N_("The class is stated. It takes effect when the other side agrees."),
    "class_agreed": N_("You agreed to the class of the change."),
    "class_contested": N_("The class is contested. The change counts as one of substance."),
    "scheduled": N_("The day is set. On that day everything is checked again."),
    "published": N_("The version is in force and stands in the handbook."),
    "withdrawn": N_("The version has been withdrawn."),
    "saved": N_("Saved."),
    "imported": N_("The draft now says what the file says."),
}


def done_words(code: str, language: str) -> str:
    """What has just been done, for the page that follows a form; "" for a code nobody gave."""
    return translations(language).gettext(_DONE[code]) if code in _DONE else ""


def say_decision(
    *,
    state: str,
    approved: bool,
    team: str,
    mine: int,
    wrote: str,
    others: Sequence[str],
    may_publish: bool,
    revision: int,
    promised: date | None = None,
    language: str,
) -> tuple[str, str, str]:
    """(title, sentence, label of the green button) of the card in which a person decides."""
    catalogue = translations(language)
    say = catalogue.gettext
    label = catalogue.ngettext("Sign off", "Sign off all %(num)d", mine) % {"num": mine}
    if state == "draft":
        return (
            say(N_("The draft")),
            say(N_("It is being written. Submitted, it stands still and both teams read it.")),
            "",
        )
    if promised is not None:
        words = say(N_("It comes into force on %(date)s if nothing stands against it then.")) % {
            "date": say_date(promised, language)
        }
        return say(N_("A day is set")), words, ""
    if state != "in_review":
        return say(N_("State")), say(N_("This version has been withdrawn. It stays readable here.")), ""
    title = say(N_("Your decision for %(team)s")) % {"team": team} if team else say(N_("The decision"))
    if mine:
        words = N_("Your sign-off is awaited. You sign the words you see here, revision %(revision)d.")
        return title, say(words) % {"revision": revision}, label
    if approved:
        words = N_("Approved: nothing is outstanding. It can be published.")
        return (say(N_("Publication")) if may_publish else title), say(words), ""
    if wrote and team:
        if not others:
            words = N_("You wrote in %(sections)s, and nobody else of %(team)s may sign there.")
            return title, f"{say(words) % {'sections': wrote, 'team': team}} {what_helps(team, language)}", ""
        facts = {"sections": wrote, "who": say_may_sign(others, language)}
        return title, say(N_("You wrote in %(sections)s. %(who)s")) % facts, ""
    return title, say(N_("Nothing here waits for you.")), ""


def say_either(names: Sequence[str], language: str) -> str:
    """Names of whom one is enough: a, b or c."""
    *rest, last = names
    either = translations(language).gettext(N_("or"))
    return f"{', '.join(rest)} {either} {last}" if rest else last


def say_since(at: datetime, now: datetime, language: str) -> str:
    """Since when something waits: a time or a weekday, or a date, before which French puts an article."""
    say = translations(language).gettext
    said = say_lately(at, now, language)
    return (
        say(N_("since %(moment)s")) % {"moment": said}
        if lately(at, now)
        else say(N_("since %(date)s")) % {"date": said}
    )


def _place(number: str, title: str, language: str) -> str:
    say = translations(language).gettext
    if number:
        return say(N_("In section %(number)s")) % {"number": number}
    return say(N_("In “%(title)s”")) % {"title": title} if title else say(N_("In the introduction"))


def shortened(text: str, most: int) -> str:
    """Words on one line, cut between two of them; spaces that French sets before a mark stay as they are."""
    words = _SPACES.sub(" ", text).strip()
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + " …"


def _quoted(text: str) -> str:
    """As a quotation: one that goes on behind a mark shows that it does, instead of beginning with the mark alone."""
    words = shortened(text, MOST_QUOTED)
    return f"…{words}" if words[:1] in _GOES_ON else words
