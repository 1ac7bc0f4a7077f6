"""Markdown and JSON of a published version: what it is, the exact text, and who signed it."""

import json
from datetime import UTC, date, datetime

from exports.formats import export, read
from exports.markdown import write_markdown
from exports.markdown_reader import read_markdown
from exports.publication import Approval, Publication
from guidelines.document import document_hash, plain_text

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
DOCUMENT = read_markdown("---\nowner: x\n---\n\n# But\n\nÉcrire *d’abord*.\n\n---\n\nFin.\n")
HASH = document_hash(DOCUMENT)
SIGNED = (
    Approval("Juridique", "Louis | <Béranger>", AT, ("1 But", "2 Suite"), HASH, "J’approuve."),
    Approval("Communication", "Inès Carvalho", AT, ("Tout le texte",), HASH, "", "Anne Roy"),
)


def publication(approvals: tuple[Approval, ...] = SIGNED) -> Publication:
    return Publication(
        guideline_id="g", slug="charte", title="Charte des *réseaux*", language="fr", kind="charter",
        audience="Tous", organisation="Aristide & Fils", owner_team="Communication", number="2.1", document=DOCUMENT,
        document_hash=HASH, published_at=AT, effective_on=date(2026, 12, 1), policy_title="Standard",
        policy_hash="ab" * 32, approvals=approvals, summary="Qui parle.", change_note="Un délai plus court.",
    )  # fmt: skip


def test_markdown_has_the_exact_text_between_its_facts_and_its_record() -> None:
    text = export(publication(), "md").decode()
    matter = str(DOCUMENT.attr("front_matter"))
    front, rest = text.split("\n---\n\n# But", 1)
    assert front.startswith(matter + "# Charte des \\*réseaux\\*\n")
    assert f"\n---\n\n{write_markdown(DOCUMENT).removeprefix(matter)}\n---\n\n## Approbations\n" in text
    assert "- En une phrase\u00a0: Qui parle.\n- Ce qui change\u00a0: Un délai plus court.\n" in front
    for fact in ("2.1", "24 novembre 2026", "1er décembre 2026", "Communication", HASH):
        assert f" {fact}\n" in front
    assert rest.count(HASH) == 3
    words = plain_text(read_markdown(text))
    for said in ("Louis | <Béranger>", "J’approuve.", "1 But\n2 Suite", "au nom de Anne Roy", "Tout le texte"):
        assert said in words


def test_json_tells_the_publication_its_approvals_and_the_document_that_was_hashed() -> None:
    value = json.loads(export(publication(), "json"))
    assert list(value) == ["publication", "approvals", "document"]
    told = value["publication"]
    assert (told["title"], told["number"], told["document_hash"]) == ("Charte des *réseaux*", "2.1", HASH)
    assert (told["summary"], told["change_note"]) == ("Qui parle.", "Un délai plus court.")
    assert (told["published_at"], told["effective_on"]) == ("2026-11-24T09:30:00Z", "2026-12-01")
    assert value["approvals"][0] == {
        "team": "Juridique", "person": "Louis | <Béranger>", "on_behalf_of": None, "at": "2026-11-24T09:30:00Z",
        "sections": ["1 But", "2 Suite"], "hash": HASH, "statement": "J’approuve.", "statement_language": "",
    }  # fmt: skip


def test_an_exported_json_can_be_read_as_the_document() -> None:
    assert document_hash(read(export(publication(), "json"), "json")) == HASH


def test_a_version_that_asked_for_no_approval_says_so() -> None:
    assert "Aucune approbation n’était demandée" in export(publication(()), "md").decode()
    assert json.loads(export(publication(()), "json"))["approvals"] == []
