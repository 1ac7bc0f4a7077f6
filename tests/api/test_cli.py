"""The command `charte` itself: light to start, plain in what it refuses, and documented to the last option."""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from api import cli
from api.cli import main
from tests.commands import CHARTE, run

REFERENCE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_help_loads_neither_database_nor_web_nor_formats() -> None:
    heavy = "{'sqlalchemy', 'sqlmodel', 'litestar', 'babel', 'jinja2', 'granian', 'markdown_it', 'prosemirror'}"
    script = f"import sys, api.cli; api.cli.parser().format_help(); print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "[]\n"


def test_comparing_files_loads_neither_database_nor_web(folder: Path) -> None:
    script = (
        "import sys; from api.cli import main; main(['redline', 'old.md', 'new.md', '-o', 'out.html']); "
        "print(sorted({'sqlalchemy', 'litestar', 'granian', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_version_is_that_of_the_package() -> None:
    done = run("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"charte \d+\.\d+\.\d+\n", done.stdout)


def test_a_reader_that_goes_away_is_no_fault() -> None:
    # The reader is gone before the first word: `true` alone may or may not be.
    script = f"(sleep 0.3; exec {CHARTE} --help) | true"
    done = subprocess.run(script, shell=True, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nothing"],
        ["convert", "old.md"],
        ["redline", "old.md", "new.md"],
        ["convert", "old.md", "out.md", "--language", "de"],
        ["demo", "--port", "0"],
        ["demo", "--port", "65536"],
        ["demo", "--port", "eighty"],
        ["serve", "--workers", "0"],
        ["people"],
        ["audit", "forge"],
    ],
    ids=" ".join,
)
def test_a_command_line_that_cannot_be_read_is_refused_in_one_line_with_where_to_look(
    arguments: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == cli.BAD_INPUT
    assert re.fullmatch(r"charte[a-z -]*: .+ See: charte[a-z -]* --help\n", capsys.readouterr().err)


def commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Every command that does something, however deep."""
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not nested:
        yield parser
    for action in nested:
        for child in action.choices.values():
            yield from commands(child)


@pytest.mark.parametrize("command", list(commands(cli.parser())), ids=lambda command: command.prog)
def test_every_command_option_and_argument_is_in_the_reference_with_an_example(
    command: argparse.ArgumentParser,
) -> None:
    text = REFERENCE.read_text("utf-8")
    found = re.search(rf"^## `{command.prog}`\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no chapter on {command.prog}"
    assert re.search(rf"^ *\$ (\w+=\S+ )*{command.prog}\b", found[1], re.MULTILINE), "no example"
    for action in command._actions:
        names = action.option_strings or [str(action.metavar)]
        if "--help" not in names:
            assert [name for name in names if f"`{name}" in found[1]] == names


def test_the_reference_has_no_chapter_on_a_command_that_is_not() -> None:
    chapters = set(re.findall(r"^## `(charte.*?)`$", REFERENCE.read_text("utf-8"), re.MULTILINE))
    assert chapters == {command.prog for command in commands(cli.parser())}


def test_every_command_and_option_says_what_it_is() -> None:
    for command in commands(cli.parser()):
        for action in command._actions:
            assert action.help, (command.prog, action.dest)
