"""How French and English say times, sizes, names after « que » and « de », and what a decision is about."""

from datetime import UTC, datetime

import pytest

from api import i18n, words
from guidelines.sections import META, OUTLINE
from workflow.outstanding import Reason

SINCE = "%(place)s: the words changed since %(person)s signed for %(team)s on %(when)s."


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Aïcha Benali", "qu’Aïcha"), ("Élodie", "qu’Élodie"), ("Inès", "qu’Inès"), ("Œdipe", "qu’Œdipe"),
        ("Hélène Brandt", "qu’Hélène"), ("Henri", "qu’Henri"), ("Hervé", "qu’Hervé"), ("Hans", "que Hans"),
        ("Hassan", "que Hassan"), ("Yves", "qu’Yves"), ("Yann", "que Yann"), ("Y", "que Y"), ("Karim", "que Karim"),
        ("", "que "), ("Émile\u00a0%(team)s", "qu’Émile\u00a0%(team)s"),
    ],
)  # fmt: skip
def test_que_is_elided_before_a_vowel_and_a_mute_h(name: str, said: str) -> None:
    facts = {"place": "3", "person": name, "team": "Juridique", "when": "6 mai"}
    assert f"depuis {said}" in i18n.said(SINCE, facts, "fr")
    assert f"since {name} signed" in i18n.said(SINCE, facts, "en")


def test_words_of_others_are_never_elided() -> None:
    facts = {"place": "3", "person": "Karim", "team": "Juridique", "remark": "que Aïcha le dise de elle-même"}
    line = words._OUTSTANDING[Reason.OBJECTION]
    assert "opposition de Karim" in i18n.said(line, facts, "fr")
    assert "« que Aïcha le dise de elle-même »" in i18n.said(line, facts, "fr").replace("\u00a0", " ")
    assert "opposition d’Aïcha" in i18n.said(line, facts | {"person": "Aïcha"}, "fr")


@pytest.mark.parametrize(
    ("hour", "minute", "french", "english"),
    [(9, 5, "10\u00a0h\u00a005", "10:05"), (9, 0, "10\u00a0h", "10:00"), (23, 30, "0\u00a0h\u00a030", "00:30")],
)
def test_a_time_is_said_as_each_language_writes_it(hour: int, minute: int, french: str, english: str) -> None:
    at = datetime(2026, 11, 30, hour, minute, tzinfo=UTC)
    assert (i18n.say_time(at, "fr"), i18n.say_time(at, "en")) == (french, english)
    day = "1er décembre" if hour == 23 else "30 novembre"
    assert i18n.say_moment(at, "fr") == f"{day} 2026 à {french}"
    assert i18n.say_moment(at, "en").endswith(f"2026, {english}")


@pytest.mark.parametrize(
    ("size", "french", "english"),
    [
        (0, "0 octet", "0 bytes"), (1, "1 octet", "1 byte"), (999, "999 octets", "999 bytes"),
        (1_000, "1\u00a0Ko", "1\u00a0KB"), (1_540, "1,5\u00a0Ko", "1.5\u00a0KB"),
        (5_000_000, "5\u00a0Mo", "5\u00a0MB"), (20_340_000, "20,3\u00a0Mo", "20.3\u00a0MB"),
    ],
)  # fmt: skip
def test_a_size_is_said_in_the_unit_that_fits(size: int, french: str, english: str) -> None:
    assert (i18n.say_size(size, "fr"), i18n.say_size(size, "en")) == (french, english)


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (["b1"], "1 section"), (["", "b1"], "2 sections"), (["b1", OUTLINE], "1 section and the order of the sections"),
        ([META], "the title and what goes with it"), ([], ""),
    ],
)  # fmt: skip
def test_what_a_decision_is_about_counts_sections_only_and_names_the_rest(ids: list[str], said: str) -> None:
    assert words.say_slices(ids, "en") == said
