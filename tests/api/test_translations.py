"""Every word that a page or a refusal says is said in French too, with French typography."""

import re

import pytest
from jinja2 import Environment
from jinja2.lexer import TOKEN_DATA

from api import catalogue
from api.refusal_words import FALLBACK, SENTENCES

PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
#: Names and marks that are the same in both languages.
NAMES = {"Charte", "Word", "HTML", "EN", "FR", "Français", "English", "min", "sha", "openapi", "json"} | {
    "Aïcha",
    "Benali",
    "Julie",
    "Roche",
}


def strings(message: object) -> list[str]:
    return list(message) if isinstance(message, (tuple, list)) else [str(message or "")]


FRENCH = [message for message in catalogue.french() if message.id]


def test_every_message_asked_for_is_in_the_french_catalogue_and_nothing_else() -> None:
    asked = {strings(message)[0] for _, _, message in catalogue.asked()}
    assert asked == {strings(message.id)[0] for message in FRENCH}


@pytest.mark.parametrize("message", FRENCH, ids=lambda message: strings(message.id)[0][:40])
def test_a_message_is_translated_with_the_same_facts(message: object) -> None:
    source, said = strings(message.id), strings(message.string)  # type: ignore[attr-defined]
    assert all(said), "no translation"
    for text in said:
        wanted = set(PLACEHOLDERS.findall(source[-1]))
        assert set(PLACEHOLDERS.findall(text)) <= wanted | {"%(num)d"}
        if len(source) == 1:
            assert set(PLACEHOLDERS.findall(text)) == wanted


@pytest.mark.parametrize("message", FRENCH, ids=lambda message: strings(message.id)[0][:40])
def test_french_typography_holds(message: object) -> None:
    for text in strings(message.string):  # type: ignore[attr-defined]
        assert "'" not in text
        assert not re.search("[^\u202f][;?!]", text), text
        assert not re.search(r" :|« | »", text), text


@pytest.mark.parametrize("path", sorted((catalogue.FOLDER / "templates").glob("*.html")), ids=lambda path: path.name)
def test_a_template_says_nothing_that_is_not_translated(path: object) -> None:
    source = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    inside = False
    plain = ""
    for _, token, value in Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"]).lex(source):
        if token == "name" and value in ("trans", "endtrans"):
            inside = value == "trans"
        elif token == TOKEN_DATA and not inside:
            plain += value
    said = re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', plain)
    said.append(re.sub(r"<(?:script|style).*?</(?:script|style)>|<[^>]*>", " ", plain, flags=re.DOTALL))
    words = {word for text in said for word in re.findall(r"[^\W\d_]{2,}", text)} - NAMES
    assert not words


GLUED = re.compile(r"(?:\}\}|%\})\s*(?:[:;!»]|\?(?!\w+=))|«\s*\{")


@pytest.mark.parametrize("path", sorted((catalogue.FOLDER / "templates").glob("*.html")), ids=lambda path: path.name)
def test_no_template_sets_a_mark_that_french_writes_otherwise_behind_what_it_says(path: object) -> None:
    source = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    outside = re.sub(r"\{% trans.*?endtrans %\}", "", source, flags=re.DOTALL)
    assert not GLUED.findall(outside)


@pytest.mark.parametrize(
    "twin", ["{{ _('Sections') }}: 3", "<i>{{ team }}</i>{% if a %}: {{ words }}", "« {{ title }} »"], ids=str
)
def test_the_typography_check_sees_a_mark_outside_a_message(twin: str) -> None:
    assert GLUED.search(twin)


def test_every_code_of_the_house_has_its_sentences() -> None:
    missing = {error.code for error in refusable()} - set(SENTENCES) - {"guideline_error", "api_error", "error"}
    assert not missing


def refusable() -> set[type[Exception]]:
    from api.refusals import HOUSE

    found: set[type[Exception]] = set()
    waiting = list(HOUSE)
    while waiting:
        error = waiting.pop()
        found.add(error)
        waiting.extend(error.__subclasses__())
    return {error for error in found if error not in HOUSE}


def test_the_fallback_is_for_codes_nobody_raises() -> None:
    assert FALLBACK not in SENTENCES.values()
