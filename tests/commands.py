"""The command `charte` as tests run it, and two versions of a small text for it to work on."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from api import cli
from api.cli import main

CHARTE = str(Path(sys.executable).with_name("charte"))

OLD = """Introduction.

## Délais

| Quoi | Délai |
|---|---|
| Réclamation | quatre heures |

- un **point**
- un [lien](https://a.example)

## Photos

Demandez l’accord, pas après.
"""
NEW = OLD.replace("quatre heures", "le jour même").replace("l’accord", "l’accord écrit") + "\nGardez-le.\n"


def run(*arguments: str, **more: object) -> "subprocess.CompletedProcess[str]":
    """The real console script, as a shell runs it."""
    return subprocess.run([CHARTE, *arguments], capture_output=True, text=True, timeout=60, **more)  # type: ignore[call-overload,no-any-return]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line with which a command refuses."""
    assert main(arguments) == cli.BAD_INPUT
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"charte: .+\n", said.err), said.err
    return said.err


def tamper(database: Path, *statements: str) -> None:
    """Changes rows as somebody would who has the file: the triggers are taken away first."""
    with closing(sqlite3.connect(database)) as connection, connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
