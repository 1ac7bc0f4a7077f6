"""Bundles of a small company's second edition: with a former version, objections, and a signer whose name was kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

from api import keys
from api.config import Config
from api.database import make_engine, transaction
from api.evidence import evidence_of
from tests.workflow.house import House, found


@dataclass
class Published:
    """A database with two sealed versions of one guideline, and the bundle of the second."""

    engine: Engine
    config: Config
    house: House
    bundle: bytes


def publish_two(engine: Engine, config: Config) -> House:
    """Version 1.0 as everywhere in the tests, then 2.0 with other words; both sealed as they are published."""
    with transaction(engine) as session:
        house = found(session)
        house.first_edition()
        keys.seal_published(session, config, "v1", at=house.tick(), person_id="aicha")
        house.draft("v2")
        house.write("v2", "aicha", 11, "Always ")
        house.submit("v2")
        house.approve("v2", "mathieu", "comms")
        house.approve("v2", "julie", "legal")
        house.publish("v2")
        keys.seal_published(session, config, "v2", at=house.tick(), person_id="aicha")
    return house


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    url = f"sqlite:///{tmp_path_factory.mktemp('sealed')}/charte.db"
    engine, config = make_engine(url), Config(database_url=url, organisation="Solenne")
    SQLModel.metadata.create_all(engine)
    house = publish_two(engine, config)
    with transaction(engine, read_only=True) as session:
        _, data = evidence_of(session, config, "v2")
    yield Published(engine, config, house, data)
    engine.dispose()


@pytest.fixture(scope="session")
def script(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-alone script as it lies in the bundle, in a folder where nothing of Charte is."""
    import io
    import zipfile

    place = tmp_path_factory.mktemp("alone") / "verify.py"
    place.write_bytes(zipfile.ZipFile(io.BytesIO(published.bundle)).read("verify.py"))
    return place
