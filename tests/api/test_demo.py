"""The demo: its texts are real ones, its history obeys the product's rules, and its folder is kept or refused."""

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from api import accounts
from api.config import Config
from api.database import make_engine, transaction
from api.demo import company, serve, stage
from api.demo.stage import text_of
from api.demo.story import tell
from api.errors import BadInput
from api.i18n import LANGUAGES
from api.migrate import migrate
from guidelines import discussion, queries
from guidelines.document import Node, document_hash, inline_text, textblocks
from guidelines.lanes import ANYBODY
from guidelines.sections import sections
from guidelines.tables import Authorship, Guideline, Person, Publication, StepRecord, Version
from tests.sealing import seal_key
from workflow import events, handbook
from workflow import queries as reading
from workflow.audit import audit
from workflow.machine import State
from workflow.outstanding import Reason, outstanding
from workflow.tables import Event, SignOff, VersionState

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LONG = (company.CHARTER_FR, company.CHARTER_EN, company.CRISIS_GUIDE_FR, company.CRISIS_GUIDE_EN)
CONTENT = Path(serve.__file__).parent / "content"
FILES = sorted(CONTENT.glob("*/*.md"))
FRENCH = [
    path
    for path in FILES
    if path.parent.name not in (company.CHARTER_EN.slug, company.CRISIS_GUIDE_EN.slug, company.PRESS_EN.slug)
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The history on an embedded database, made once: these tests only read it."""
    built = make_engine(f"sqlite:///{tmp_path_factory.mktemp('told')}/charte.db")
    migrate(built)
    with transaction(built) as session:
        tell(session, NOW)
    yield built
    built.dispose()


@pytest.fixture
def session(told: Engine) -> Iterator[Session]:
    with transaction(told, read_only=True) as opened:
        yield opened


@contextmanager
def opened(database: Path) -> Iterator[sqlite3.Connection]:
    """The file itself, without Charte; committed and closed at the end."""
    with closing(sqlite3.connect(database)) as connection, connection:
        yield connection


def version_in(session: Session, slug: str, state: State) -> str:
    guideline = queries.guideline_by_slug(session, slug)
    query = select(VersionState).where(VersionState.guideline_id == guideline.id, VersionState.state == state)
    return session.exec(query).one().version_id


def blocks_of(document: Node) -> set[str]:
    """What a document is made of: the kinds of block, list and box in it, and `link`."""
    found = set()
    for block in document.content:
        found.add(block.type)
        for text in [block] if block.is_textblock else textblocks(block):
            found |= {
                f"{name}:{text.attr(name)}" for name in ("list", "box") if text.type == "paragraph" and text.attr(name)
            }
            found |= {mark.type for node in text.content for mark in node.marks}
    return found


def test_the_history_loads_on_both_databases_and_its_evidence_is_whole(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(database_url="", organisation=company.ORGANISATION, seal_key=seal_key(engine))
    monkeypatch.setattr(stage, "_CONFIG", config)
    with transaction(engine) as session:
        tell(session, NOW)
    with transaction(engine, read_only=True) as session:
        for guideline in session.exec(select(Guideline)):
            history = events.history(session, guideline.id)
            moments = [event.at for event in history]
            assert audit(session, guideline.id) == []
            assert moments == sorted(moments)
            assert max(moments) <= NOW
        assert session.exec(select(func.count()).select_from(Publication)).one() == 10


def test_every_published_word_was_signed_for_both_teams_by_somebody_who_did_not_write_it(session: Session) -> None:
    checked = 0
    for row in session.exec(select(Publication)):
        version = queries.version(session, row.version_id)
        base = session.get(Publication, version.base_version_id) if version.base_version_id else None
        before = queries.publication_hashes(base) if base else {}
        signed = session.exec(select(SignOff).where(SignOff.version_id == row.version_id)).all()
        for slice_id, now in queries.publication_hashes(row).items():
            if before.get(slice_id) == now:
                continue
            query = select(Authorship.person_id).where(
                Authorship.version_id == row.version_id, Authorship.section == slice_id
            )
            writers = set(session.exec(query))
            assert writers, (row.title, slice_id)
            for team in ("comms", "legal"):
                signers = {
                    s.person_id for s in signed if s.team_id == team and json.loads(s.hashes).get(slice_id) == now
                }
                assert signers - writers, (row.title, slice_id, team)
                checked += 1
    assert checked > 100


@pytest.mark.parametrize("text", LONG, ids=lambda text: text.slug)
def test_a_long_text_has_sections_a_table_a_callout_lists_and_links_and_two_versions_in_print(
    session: Session, text: company.Text
) -> None:
    editions = handbook.editions(session, text.slug)
    assert len(editions) == 2
    for edition in editions:
        document = handbook.document_of(edition.publication)
        assert len([part for part in sections(document) if part.title]) >= 8
        assert {"table", "list:bullet", "list:number", "link"} <= blocks_of(document)
        assert blocks_of(document) & {"box:note", "box:tip", "box:warning", "box:important"}
        assert document_hash(document) == document_hash(text_of(text.slug, edition.number))


def test_the_handbook_has_texts_in_both_languages_and_each_english_one_names_its_french_twin(session: Session) -> None:
    for language in LANGUAGES:
        assert len(handbook.shelf(session, language)) == 3
    for entry in handbook.shelf(session, "en"):
        twin = session.get_one(Guideline, entry.guideline.translation_of)
        assert handbook.edition(session, twin.slug).publication.language == "fr"


def test_the_charter_in_review_says_what_will_be_the_second_version(session: Session) -> None:
    found = reading.standing(session, version_in(session, company.CHARTER_FR.slug, State.IN_REVIEW), NOW)
    assert document_hash(found.document) == document_hash(text_of(company.CHARTER_FR.slug, "2.0"))
    assert found.state_row.round == 2


def test_a_sign_off_fell_because_its_words_changed_afterwards(session: Session) -> None:
    version_id = version_in(session, company.CHARTER_FR.slug, State.IN_REVIEW)
    found = reading.standing(session, version_id, NOW)
    fallen = [line for line in outstanding(found.facts) if line.reason is Reason.CHANGED_SINCE and line.team == "legal"]
    (line,) = fallen
    decision = line.because[-1].decision
    changes = queries.changes_since(session, version_id, line.slice_id, decision.revision)
    assert queries.people_named(session, {decision.person}) == {decision.person: "Julie Roche"}
    assert {name for change in changes for name in queries.people_named(session, change.authors).values()} == {
        "Mathieu Lefèvre"
    }
    assert all(change.at > decision.at for change in changes)  # type: ignore[operator]


def test_its_threads_are_answered_blocking_settled_and_one_lost_its_words(session: Session) -> None:
    found = discussion.threads(session, version_in(session, company.CHARTER_FR.slug, State.IN_REVIEW), ANYBODY)
    waiting = [thread for thread in found if thread.is_open]
    assert [thread for thread in waiting if thread.thread.blocking and not thread.removed]
    assert [thread for thread in waiting if len(thread.comments) > 1 and not thread.removed]
    assert [thread for thread in waiting if thread.removed and thread.thread.quote]
    assert [thread for thread in found if not thread.is_open]


def test_two_people_write_in_a_draft_today(session: Session) -> None:
    version_id = version_in(session, company.CHARTER_EN.slug, State.DRAFT)
    steps = session.exec(select(StepRecord).where(StepRecord.version_id == version_id)).all()
    writers = queries.people_named(session, {step.person_id for step in steps})
    assert set(writers.values()) == {"Emma Wright", "Owen Hughes"}
    assert all(step.at.date() == NOW.date() for step in steps)
    words = [inline_text(block) for block in reading.standing(session, version_id, NOW).document.content]
    assert any(
        "in two taps, and then it is anybody’s. Only write there" in text and "whole crew" in text for text in words
    )


def test_a_draft_is_beyond_the_handbooks_reach(session: Session) -> None:
    moving = {session.get_one(Version, row.version_id).title for row in reading.all_moving(session)}
    assert {company.TOOLS_FR.title, company.EVENINGS_FR.title} <= moving
    shown = {entry.guideline.slug for entry in handbook.shelf(session)}
    assert not shown & {company.TOOLS_FR.slug, company.EVENINGS_FR.slug}


def test_some_people_have_confirmed_and_somebody_has_something_to_confirm(session: Session) -> None:
    confirmed = handbook.confirmed(session, _person(session, "ines"))
    assert handbook.edition(session, company.CHARTER_FR.slug).publication.version_id in confirmed
    assert handbook.edition(session, company.CRISIS_GUIDE_FR.slug).publication.version_id not in confirmed


def test_nothing_happens_on_a_weekend_but_what_is_told_of_today(session: Session) -> None:
    weekend = [event for event in session.exec(select(Event)) if event.at.weekday() > 4]
    assert not [event for event in weekend if event.at.date() != NOW.date()]


@pytest.mark.parametrize("who", company.PEOPLE, ids=lambda who: who.key)
def test_everybody_of_the_demo_can_sign_in_and_has_the_roles_promised(told: Engine, who: company.Character) -> None:
    with transaction(told) as session:
        _, person = accounts.sign_in(session, who.email, company.PASSWORD, address="", user_agent="", at=NOW)
        actor = accounts.actor_of(session, person.id, NOW)
        assert actor is not None
        assert (actor.name, actor.language, actor.memberships) == (who.name, who.language, frozenset(who.roles))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_in_page_names_every_account_and_the_password(told: Engine, language: str, tmp_path: Path) -> None:
    config = serve.configuration(Path(str(told.url.database)), "127.0.0.1", 8000)
    with TestClient(serve.application(config)) as client:
        page = client.get(f"/{language}/sign-in").text
    for account in company.accounts(language):
        assert account["email"] in page
        assert account["what"] in page
    assert company.PASSWORD in page


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_text_is_one_of_the_demos_and_begins_with_an_introduction(path: Path) -> None:
    slugs = {text.slug for text in vars(company).values() if isinstance(text, company.Text)}
    assert path.parent.name in slugs
    first, *rest = sections(text_of(path.parent.name, path.stem))
    assert first.title == ""
    assert rest
    assert len({part.title for part in rest}) == len(rest)


@pytest.mark.parametrize("path", FRENCH, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_french_typography_holds(path: Path) -> None:
    for block in textblocks(text_of(path.parent.name, path.stem)):
        words = inline_text(block)
        assert "'" not in words
        assert not re.search(r" [;?!:»]|« | \d{2} \d{2} ", words), words


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database that a first start makes, in a folder that it makes too."""
    return serve.prepare(tmp_path_factory.mktemp("prepared") / "deep" / "demo")


def test_a_second_start_finds_the_history_and_writes_nothing(prepared: Path) -> None:
    before = _dump(prepared)
    assert serve.prepare(prepared.parent) == prepared
    assert _dump(prepared) == before


def test_a_start_cut_off_while_the_history_was_being_written_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(session: Session, now: datetime) -> None:
        tell(session, now)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(serve, "tell", cut_off)
        with pytest.raises(KeyboardInterrupt):
            serve.prepare(tmp_path)
    database = serve.prepare(tmp_path)
    with opened(database) as connection:
        assert connection.execute("SELECT count(*) FROM guideline").fetchone() == (8,)


def damaged(folder: Path) -> None:
    (folder / serve.DATABASE).write_text("not a database")


def of_another_release(folder: Path) -> None:
    with opened(folder / serve.DATABASE) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'later'")


def of_another_program(folder: Path) -> None:
    (folder / serve.DATABASE).unlink()
    with opened(folder / serve.DATABASE) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE person (x)")


def cut_short(folder: Path) -> None:
    database = folder / serve.DATABASE
    database.write_bytes(database.read_bytes()[:20_000])


@pytest.mark.parametrize("spoil", [damaged, of_another_release, of_another_program, cut_short])
def test_a_folder_that_cannot_be_used_is_refused_in_one_line_and_left_as_it_is(
    prepared: Path, tmp_path: Path, spoil: object
) -> None:
    shutil.copy2(prepared, tmp_path)
    spoil(tmp_path)  # type: ignore[operator]
    before = (tmp_path / serve.DATABASE).read_bytes()
    with pytest.raises(BadInput) as refused:
        serve.prepare(tmp_path)
    assert re.fullmatch(
        r".*charte\.db: .+ Remove the folder to begin anew, or name another with --folder\.", str(refused.value)
    )
    assert (tmp_path / serve.DATABASE).read_bytes() == before


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="is not a folder"):
        serve.prepare(tmp_path / "file")


def _person(session: Session, key: str) -> str:
    return session.exec(select(Person.id).where(col(Person.email) == f"{key}@solenne.example")).one()


def _dump(database: Path) -> list[str]:
    with opened(database) as connection:
        return list(connection.iterdump())
