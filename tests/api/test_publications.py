"""What the approval record says was signed, on pages and in exports."""

from sqlalchemy import Engine, text

from api.keys import seal_published
from api.publications import publication_of, signed_names
from exports.formats import EXPORTS, export
from tests.api.browsing import Company
from workflow import handbook, queries

NAMES = {"front": ("", ""), "a": ("1", "Speaking"), "b": ("2", "Pictures")}


def test_the_introduction_the_order_and_the_title_are_named_as_what_was_signed() -> None:
    assert signed_names(["front", "b"], NAMES, "en") == ("Introduction", "2 Pictures")
    assert signed_names(["outline"], NAMES, "en") == ("Order of the sections",)
    assert signed_names(["outline", "meta"], NAMES, "fr") == ("Ordre des sections", "Titre, destinataires et résumé")


def test_the_whole_text_is_said_only_of_whoever_signed_every_section() -> None:
    assert signed_names(["front", "a", "b", "outline"], NAMES, "en") == ("The whole text", "Order of the sections")
    assert "The whole text" not in signed_names(["a", "b", "outline", "meta"], NAMES, "en")
    assert signed_names(["a"], {"a": ("1", "Speaking")}, "en") == ("1 Speaking",)


def test_the_evidence_page_names_the_order_for_whoever_signed_only_that(engine: Engine) -> None:
    company = Company(engine)
    with company.acting() as house:
        house.create()
        house.submit("v1")
        house.approve("v1", "mathieu", "comms")
        house.approve("v1", "samuel", "legal", sections=["outline"])
        house.approve("v1", "julie", "legal", sections=["s1", "s2", "meta"])
        house.publish("v1")
        slug = queries.standing(house.session, "v1", house.now).guideline.slug
    words = company.visitor("mathieu").read(f"/guidelines/{slug}/evidence").words
    assert "Samuel Order of the sections" in words
    assert "Julie The whole text, Title, audience and summary" in words
    assert "Mathieu The whole text, Order of the sections, Title, audience and summary" in words


def test_a_sealed_version_is_the_same_bytes_after_the_company_its_clock_and_its_teams_are_called_otherwise(
    engine: Engine,
) -> None:
    company = Company(engine)
    with company.acting() as house:
        house.first_edition()
        seal_published(house.session, company.config, "v1", at=house.tick(), person_id="aicha")
        entry = handbook.edition(house.session, "charter", "1.0")
        before = publication_of(house.session, entry, "Solenne", "Europe/Paris")
        house.session.execute(text("UPDATE team SET name_en = 'Newsroom', name_fr = 'Rédaction'"))
        after = publication_of(house.session, entry, "Another name", "America/New_York")
        assert before == after
        assert all(export(before, format) == export(after, format) for format in EXPORTS)
