"""The page about the REST interface is true: its commands are run as they stand, against a served Charte."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlmodel import select

from api import tokens
from api.clock import now
from api.database import make_engine, transaction
from guidelines.people import Role
from guidelines.tables import Person
from tests.served import charte

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
COMPANY = {
    "Aicha": ("en", [(Role.EDITOR, "comms"), (Role.PUBLISHER, "comms")]),
    "Mathieu": ("en", [(Role.EDITOR, "comms")]),
    "Camille": ("en", [(Role.EDITOR, "comms")]),
    "Julie": ("en", [(Role.REVIEWER, "legal")]),
    "Ines": ("en", []),
}


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)


def need(*programs: str) -> None:
    """The commands are for a shell with these: without one the test is skipped, and fails where CI is set."""
    missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        reason = f"the page's commands need {', '.join(missing)}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


def test_the_pages_commands_print_what_the_page_says(tmp_path: Path) -> None:
    need("bash", "curl", "jq")
    with charte(tmp_path, COMPANY) as served:
        engine = make_engine(served.database_url)
        with transaction(engine) as session:
            people = {person.name.upper(): person.id for person in session.exec(select(Person))}
            held = {name: tokens.create(session, key, "page", life=None, at=now()) for name, key in people.items()}
        engine.dispose()
        environment = {"PATH": os.environ["PATH"], "CHARTE": served.url, "LC_ALL": "C.UTF-8", **held}
        script = "set -euo pipefail\n" + "\n".join(blocks("sh"))
        done = subprocess.run(
            ["bash", "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout == blocks("text")[0]


def test_every_status_that_the_reference_knows_stands_on_the_page() -> None:
    from api.routes.reference import MEANINGS

    rows = re.findall(r"^\| ([\d, ]+) \|", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    told = {int(status) for row in rows for status in row.split(",")}
    assert told == set(MEANINGS) - {503}
    assert "503" in PAGE.read_text("utf-8")
