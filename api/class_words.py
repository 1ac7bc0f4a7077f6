"""The class of a change in words: what it is called, and each reason of the rules as a short sentence."""

from collections.abc import Sequence
from typing import Final

from api.i18n import N_, translations
from api.words import CLASS_NAMES, MOST_QUOTED, shortened
from workflow.change_class.findings import Finding, Proposal, Why
from workflow.policy import CHANGES, Change

#: So many reasons are told of a section, the weightiest first; more are counted.
MOST_REASONS: Final = 4

_MEANS: Final[dict[Change, str]] = {
    "editorial": N_("Typography only: what is said is the same."),
    "clarifying": N_("Said more clearly; no rule, number or person concerned changes."),
    "substantive": N_("What is said changes, or may."),
}
_WHY: Final = {
    Why.TYPOGRAPHY: N_("typography only"),
    Why.CASE: N_("capitals"),
    Why.PUNCTUATION: N_("punctuation"),
    Why.SPELLING: N_("spelling"),
    Why.WORDING: N_("another wording, outside of rules"),
    Why.FORM: N_("form, with the same words"),
    Why.MOVED: N_("moved within its section"),
    Why.MODAL: N_("what must, may or should be done"),
    Why.NEGATION: N_("a negation or a restriction"),
    Why.SCOPE: N_("when it holds, or for what"),
    Why.NUMBER: N_("a number, a time or an amount in words"),
    Why.PARTY: N_("who is meant"),
    Why.EFFECT: N_("a word of law"),
    Why.FIGURE: N_("a figure, a date or an amount"),
    Why.CONTACT: N_("an address or a contact"),
    Why.LINK: N_("where a link leads"),
    Why.CODE: N_("code"),
    Why.MARKED: N_("a mark that changes the sense"),
    Why.IMAGE: N_("an image"),
    Why.NAME: N_("a name"),
    Why.TERM: N_("a term that the text defines"),
    Why.PREFIX: N_("a prefix that turns the word round"),
    Why.WORD_ADDED: N_("a word that counts comes in"),
    Why.WORD_REMOVED: N_("a word that counts goes"),
    Why.IN_A_RULE: N_("in a sentence that says what must or may be"),
    Why.LONG: N_("more than a few words"),
    Why.MUCH: N_("much of the section changes"),
    Why.BLOCK_ADDED: N_("a paragraph, list or table more"),
    Why.BLOCK_REMOVED: N_("a paragraph, list or table less"),
    Why.LIST_REORDERED: N_("the order of a numbered list"),
    Why.SECTION_ADDED: N_("a new section"),
    Why.SECTION_REMOVED: N_("a section less"),
    Why.SECTIONS_MOVED: N_("the order or the level of the sections"),
    Why.CLAUSES_MOVED: N_("clauses get other numbers, by which people cite them"),
    Why.NUMBERING: N_("how clauses are numbered"),
    Why.OWNER: N_("whose section it is"),
    Why.TAGS: N_("what the section is about, by its tags"),
    Why.KIND: N_("what kind of text it is"),
    Why.AUDIENCE: N_("for whom it is"),
    Why.LANGUAGE: N_("in which language it is"),
    Why.FIRST_EDITION: N_("nothing is in force yet"),
    Why.UNKNOWN_LANGUAGE: N_("a language that the rules cannot read"),
}
#: What these rest on is no words that could be quoted.
_UNQUOTED: Final = frozenset(
    {Why.TYPOGRAPHY, Why.MUCH, Why.SECTIONS_MOVED, Why.CLAUSES_MOVED, Why.NUMBERING, Why.FIRST_EDITION}
    | {Why.UNKNOWN_LANGUAGE}
)


def class_name(change: Change, language: str) -> str:
    """What a class is called."""
    return translations(language).gettext(CLASS_NAMES[change])


def class_meaning(change: Change, language: str) -> str:
    """What a class says of a change."""
    return translations(language).gettext(_MEANS[change])


def classes(language: str) -> list[tuple[Change, str, str]]:
    """(class, name, meaning), the least first: what forms offer."""
    return [(change, class_name(change, language), class_meaning(change, language)) for change in CHANGES]


def say_finding(finding: Finding, language: str) -> str:
    """One reason: the words that it rests on, and what makes them count."""
    say = translations(language).gettext
    why = say(_WHY[finding.why])
    if finding.why in _UNQUOTED or not (finding.before or finding.after):
        return why
    facts = {"before": shortened(finding.before, MOST_QUOTED), "after": shortened(finding.after, MOST_QUOTED)}
    if finding.before and finding.after:
        words = say(N_("“%(before)s” becomes “%(after)s”"))
    else:
        words = say(N_("“%(after)s” comes in")) if finding.after else say(N_("“%(before)s” goes"))
    return say(N_("%(words)s: %(why)s")) % {"words": words % facts, "why": why}


def say_reasons(proposal: Proposal, language: str) -> list[str]:
    """The weightiest reasons, those of the class itself first; how many more there are."""
    told = list(dict.fromkeys(say_finding(finding, language) for finding in _weighty(proposal)))
    if len(told) <= MOST_REASONS:
        return told
    more = len(told) - MOST_REASONS
    counted = translations(language).ngettext("and %(num)d more reason", "and %(num)d more reasons", more)
    return [*told[:MOST_REASONS], counted % {"num": more}]


def _weighty(proposal: Proposal) -> Sequence[Finding]:
    return [finding for finding in proposal.findings if finding.change == proposal.change]
