"""The change class: only typography is editorial, and what touches a rule is substantive."""

import csv
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.markdown_reader import read_markdown
from guidelines.document import Mark, Node, inline_text, textblocks
from guidelines.sections import Section, sections
from tests.builders import b, h2, p, text
from workflow.change_class import normal_form, words_changed
from workflow.change_class.agreement import may_lower
from workflow.change_class.findings import Why, highest
from workflow.change_class.normal_form import normal_hash, normal_text
from workflow.change_class.proposal import propose

PLANTED = 100
WORDS = re.compile(r"(?<!\S)[^\W\d_]+(?!\S)")


def said(before: str, after: str, language: str = "en") -> str:
    return propose([p(before)], [p(after)], language).change


def whys(before: Node, after: Node, language: str = "en") -> set[Why]:
    return {finding.why for finding in propose([before], [after], language).findings}


# Editorial: typography alone.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It's here", "It’s here"),
        ('"Yes"', "“Yes”"),
        ("« Oui »", '"Oui"'),
        ("Qui signe ?", "Qui signe\u202f?"),
        ("two  spaces", "two spaces"),
        ("10 000", "10\u00a0000"),
        ("wait...", "wait…"),
        ("l'œuvre", "l’oeuvre"),
        ("one - two", "one – two"),
        ("No dot", "No dot."),
        ("soft\u00adhyphen", "softhyphen"),
        ("non-breaking", "non\u2011breaking"),
    ],
)
def test_typography_alone_is_editorial(before: str, after: str) -> None:
    assert said(before, after) == "editorial"
    assert said(after, before) == "editorial"
    assert normal_hash([p(before)]) == normal_hash([p(after)])


def test_emphasis_is_editorial_and_striking_words_is_not() -> None:
    assert propose([p("You must ask.")], [p("You ", b("must"), " ask.")], "en").change == "editorial"
    struck = p("You ", text("must", Mark("strike")), " ask.")
    assert propose([p("You must ask.")], [struck], "en").change == "substantive"


def test_striking_the_other_of_two_equal_words_is_not_editorial() -> None:
    first = p(text("do", Mark("strike")), " not do")
    second = p("do not ", text("do", Mark("strike")))
    assert propose([first], [second], "en").change == "substantive"


def test_a_link_written_otherwise_is_editorial_and_a_link_to_elsewhere_is_substantive() -> None:
    def to(target: str) -> Node:
        return p("See ", text("the page", Mark("link", {"href": target})))

    assert propose([to("http://www.example.org/a/")], [to("https://example.org/a")], "en").change == "editorial"
    assert whys(to("https://example.org/a"), to("https://example.org/b")) == {Why.LINK}


@given(st.text(max_size=60))
def test_the_normal_form_of_a_normal_form_is_itself(words: str) -> None:
    once = normal_text(words)
    assert normal_text(once) == once


@given(st.text(alphabet="ab'’\"“«» .…-–\u00a0\u202f\u200b?!;:œ", max_size=25), st.randoms(use_true_random=False))
def test_no_chain_of_editorial_editions_carries_a_word(words: str, chance: random.Random) -> None:
    now = words
    for _ in range(5):
        now = _typeset(now, chance)
        assert propose([p("Here: " + words + " end")], [p("Here: " + now + " end")], "en").change == "editorial"


def _typeset(words: str, chance: random.Random) -> str:
    change: Callable[[str], str] = chance.choice(
        [
            lambda said: said.replace("'", "’"),
            lambda said: said.replace("“", '"'),
            lambda said: said.replace("…", "..."),
            lambda said: said.replace(" ", "\u00a0"),
            lambda said: said.replace("\u202f", " "),
            lambda said: said.replace("\u200b", ""),
            lambda said: unicodedata.normalize("NFD", said),
        ]
    )
    return change(words)


# Between the two.


@pytest.mark.parametrize(
    ("before", "after", "language", "why"),
    [
        ("The executive council meets here.", "The Executive Council meets here.", "en", Why.CASE),
        ("A handsome page.", "A attractive page.", "en", Why.WORDING),
        ("Les pages signalées sont lues.", "Les pages signalé sont lues.", "fr", Why.SPELLING),
        ("Read it, then write.", "Read it then write.", "en", Why.PUNCTUATION),
        ("Un guide pour guider la lecture.", "Un guide pour éclairer la lecture.", "fr", Why.WORDING),
    ],
)
def test_plain_words_outside_rules_are_clarifying(before: str, after: str, language: str, why: Why) -> None:
    found = propose([p(before)], [p(after)], language)
    assert (found.change, {finding.why for finding in found.findings}) == ("clarifying", {why})


def test_the_same_words_in_a_list_are_clarifying() -> None:
    assert propose([p("Ask first.")], [p("Ask first.", list="bullet")], "en").change == "clarifying"
    assert propose([p("One. Two.")], [p("One."), p("Two.")], "en").change == "clarifying"


# Substantive.


@pytest.mark.parametrize(
    ("before", "after", "language", "why"),
    [
        ("You must ask.", "You may ask.", "en", Why.MODAL),
        ("Vous devez demander.", "Vous pouvez demander.", "fr", Why.MODAL),
        ("Post about work.", "Never post about work.", "en", Why.NEGATION),
        ("Posts don't need it.", "Posts do need it.", "en", Why.NEGATION),
        ("Avec accord.", "Sans accord.", "fr", Why.NEGATION),
        ("The press and the law.", "The press or the law.", "en", Why.SCOPE),
        ("Within 24 hours.", "Within 48 hours.", "en", Why.FIGURE),
        ("It costs 5 € here.", "It costs 5 $ here.", "en", Why.FIGURE),
        ("Write to a@solenne.example now.", "Write to b@solenne.example now.", "en", Why.CONTACT),
        ("The manager reads.", "The employee reads.", "en", Why.PARTY),
        ("Send a note.", "Send a written note.", "en", Why.WORD_ADDED),
        ("The code commit counts.", "The commit counts.", "en", Why.WORD_REMOVED),
        ("It is lawful here.", "It is unlawful here.", "en", Why.PREFIX),
        ("You must send a note.", "You must send a picture.", "en", Why.IN_A_RULE),
        ("Ask Paris first.", "Ask Lyon first.", "en", Why.NAME),
        ("Talk to us today.", "Talk to US today.", "en", Why.NAME),
        ("user-friendly pages", "reader-friendly pages", "en", Why.PARTY),
    ],
)
def test_what_touches_a_rule_is_substantive(before: str, after: str, language: str, why: Why) -> None:
    for one, other in ((before, after), (after, before)):
        found = propose([p(one)], [p(other)], language)
        assert found.change == "substantive"
    assert why in {finding.why for finding in propose([p(before)], [p(after)], language).findings}


def test_the_companys_own_names_count_as_parties() -> None:
    plain, named = propose([p("Ask the newsroom.")], [p("Ask the library.")], "en"), frozenset({"newsroom"})
    assert plain.change == "clarifying"
    assert propose([p("Ask the newsroom.")], [p("Ask the library.")], "en", named).change == "substantive"


def test_a_defined_term_counts_at_the_beginning_of_a_sentence_too() -> None:
    rest = "The Charter and the Charter. "
    assert Why.TERM in whys(p(rest + "Charter applies."), p(rest + "Text applies."))


def test_blocks_added_and_numbered_lists_in_another_order_are_substantive() -> None:
    one, two = p("Call the newsroom at once.", list="number"), p("Write the first draft today.", list="number")
    assert Why.BLOCK_ADDED in {f.why for f in propose([one], [one, two], "en").findings}
    assert propose([h2("Steps"), one, two], [h2("Steps"), two, one], "en").change == "substantive"


def test_a_section_that_comes_or_goes_is_substantive_and_equal_words_are_nothing() -> None:
    assert [f.why for f in propose([], [p("New.")], "en").findings] == [Why.SECTION_ADDED]
    assert [f.why for f in propose([p("Old.")], [], "en").findings] == [Why.SECTION_REMOVED]
    assert propose([p("Same.")], [p("Same.")], "en").findings == ()


def test_a_language_without_lists_is_substantive_unless_the_typography_alone_changed() -> None:
    assert said("Guten Tag", "Guten Abend", "de") == "substantive"
    assert said("Guten Tag", "Guten\u00a0Tag", "de") == "editorial"


def test_people_may_lower_a_proposal_by_one_step_and_never_by_two() -> None:
    assert may_lower("substantive", "clarifying")
    assert may_lower("clarifying", "editorial")
    assert not may_lower("substantive", "editorial")
    assert may_lower("editorial", "substantive")
    assert highest(["editorial", "substantive", "clarifying"]) == "substantive"


# Planted in real texts.

English = Callable[[str, random.Random], str | None]


def _swap(*pairs: tuple[str, str]) -> English:
    def planted(words: str, chance: random.Random) -> str | None:
        for one, other in chance.sample(pairs, len(pairs)):
            found = re.search(rf"(?<![\w'’-]){re.escape(one)}(?![\w'’-])", words)
            if found:
                return words[: found.start()] + other + words[found.end() :]
        return None

    return planted


def _before_a_word(*inserted: str) -> English:
    def planted(words: str, chance: random.Random) -> str | None:
        places = [match.start() for match in WORDS.finditer(words)][1:]
        at = chance.choice(places) if places else None
        return None if at is None else words[:at] + chance.choice(inserted) + " " + words[at:]

    return planted


def _another_number(words: str, chance: random.Random) -> str | None:
    found = list(re.finditer(r"(?<![\w.])\d+(?![\w.])", words))
    if not found:
        return None
    match = chance.choice(found)
    return words[: match.start()] + str(int(match.group()) + 1) + words[match.end() :]


PLANTS: dict[str, dict[str, English]] = {
    "en": {
        "modal": _swap(("must", "may"), ("should", "can"), ("will", "may"), ("may", "must"), ("can", "must")),
        "negation": _before_a_word("not", "never"),
        "restriction": _swap(("only", ""), ("not", ""), ("no", "")),
        "and": _swap(("and", "or"), ("or", "and")),
        "number": _another_number,
        "adjective": _before_a_word("external", "written", "important"),
        "party": _swap(("you", "we"), ("we", "you"), ("users", "members"), ("your", "our"), ("people", "users")),
    },
    "fr": {
        "modal": _swap(("doit", "peut"), ("doivent", "peuvent"), ("peut", "doit"), ("peuvent", "doivent")),
        "negation": _before_a_word("jamais", "ne"),
        "restriction": _swap(("pas", ""), ("ne", ""), ("sans", "avec"), ("sauf", "avec")),
        "and": _swap(("et", "ou"), ("ou", "et")),
        "number": _another_number,
        "adjective": _before_a_word("externe", "écrit", "important"),
        "party": _swap(("vous", "nous"), ("nous", "vous"), ("vos", "nos"), ("votre", "notre"), ("agents", "usagers")),
    },
}


def real_sections(corpus: Path, language: str) -> list[Section]:
    rows = csv.DictReader((corpus / "revisions" / "manifest.csv").read_text("utf-8").splitlines())
    names = sorted({row["document"] for row in rows if row["language"] == language})
    found = []
    for name in names:
        last = sorted((corpus / "revisions" / name).glob("*.md"))[-1]
        found += [section for section in sections(read_markdown(last.read_text("utf-8"))) if len(section.blocks) > 1]
    return found


def planted(all_sections: list[Section], plant: English, chance: random.Random) -> Iterator[tuple[Section, Section]]:
    """Sections with one edit in one paragraph, as many as asked for or as there are places."""
    for _ in range(40 * PLANTED):
        section = chance.choice(all_sections)
        place = chance.randrange(len(section.blocks))
        block = section.blocks[place]
        words = inline_text(block) if block.is_textblock else ""
        changed = plant(words, chance) if words and "\n" not in words else None
        if changed and changed != words:
            kept = replace(block, content=(text(changed),))
            plain = replace(block, content=(text(words),))
            before = (*section.blocks[:place], plain, *section.blocks[place + 1 :])
            after = (*section.blocks[:place], kept, *section.blocks[place + 1 :])
            yield replace(section, blocks=before), replace(section, blocks=after)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ["modal", "negation", "restriction", "and", "number", "adjective", "party"])
def test_what_is_planted_in_real_sections_is_always_substantive(corpus: Path, language: str, name: str) -> None:
    chance = random.Random(f"{language} {name}")
    found = planted(real_sections(corpus, language), PLANTS[language][name], chance)
    cases = [pair for pair, _ in zip(found, range(PLANTED), strict=False)]
    assert len(cases) == PLANTED
    low = [
        (inline_text(one), inline_text(other))
        for before, after in cases
        if propose(before.blocks, after.blocks, language).change != "substantive"
        for one, other in zip(before.blocks, after.blocks, strict=True)
        if one != other
    ]
    assert low == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_typesetting_real_sections_is_always_editorial(corpus: Path, language: str) -> None:
    chance = random.Random(language)
    everything = real_sections(corpus, language)
    for section in chance.sample(everything, min(PLANTED, len(everything))):
        typeset = tuple(_set(block, chance) for block in section.blocks)
        assert propose(section.blocks, typeset, language).change == "editorial"


def _set(block: Node, chance: random.Random) -> Node:
    if block.type == "text":
        return replace(block, text=_typeset(block.text, chance))
    return replace(block, content=tuple(_set(child, chance) for child in block.content))


# Broken rules, each caught by a law above.


def test_a_normal_form_that_ignores_case_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(normal_form, "normal_text", lambda words: normal_text(words).casefold())
    assert said("Talk to us today", "Talk to US today") == "editorial"


def test_rules_without_trigger_words_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words_changed, "trigger_of", lambda word, language: None)
    assert said("You must ask.", "You may ask.") == "clarifying"


def test_every_block_of_a_table_is_judged() -> None:
    def table(cell: str) -> Node:
        return Node("table", content=(Node("row", content=(Node("cell", content=(p(cell),)),)),))

    assert propose([table("You must ask")], [table("You may ask")], "en").change == "substantive"
    assert propose([table("It's so")], [table("It’s so")], "en").change == "editorial"
    assert [inline_text(block) for block in textblocks(table("a"))] == ["a"]
