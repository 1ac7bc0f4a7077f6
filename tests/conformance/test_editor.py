"""The editor's source keeps its types: every word in both languages, every message of the protocol handled."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.conftest import EDITOR, node

COMPILER = EDITOR / "node_modules" / "typescript" / "bin" / "tsc"


def check(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [str(node()), str(COMPILER), "--noEmit", *arguments]
    return subprocess.run(command, cwd=EDITOR, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("project", [".", "conformance"])
def test_the_editor_type_checks(project: str) -> None:
    done = check("--project", project)
    assert done.returncode == 0, done.stdout


def test_the_type_check_finds_what_is_wrong(tmp_path: Path) -> None:
    """A word that French lacks: the check must not pass whatever it is given."""
    (tmp_path / "broken.ts").write_text(
        f'import {{ fr }} from "{EDITOR}/src/words.ts";\n'
        "const { saving: _, ...rest } = fr;\n"
        "export const wanting: typeof fr = rest;\n"
    )
    settings = {"extends": f"{EDITOR}/tsconfig.json", "files": ["broken.ts"], "include": []}
    (tmp_path / "tsconfig.json").write_text(json.dumps(settings))
    done = check("--project", str(tmp_path))
    assert done.returncode != 0
    assert "'saving' is missing" in done.stdout


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (EDITOR / "package-lock.json").read_text("utf-8")


def test_the_packages_are_pinned_exactly() -> None:
    pinned = json.loads((EDITOR / "package.json").read_text("utf-8"))["devDependencies"]
    assert {name: version for name, version in pinned.items() if not version[0].isdigit()} == {}


@pytest.fixture(scope="module")
def words(run_lines: Callable[..., list[Any]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = run_lines("words.ts")[0]
    return found


def test_each_word_has_the_same_places_for_values_in_both_languages(words: dict[str, dict[str, str]]) -> None:
    assert words["en"].keys() == words["fr"].keys()
    for key, english in words["en"].items():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", words["fr"][key])), key


def test_french_words_keep_french_typography(words: dict[str, dict[str, str]]) -> None:
    for key, said in words["fr"].items():
        without_addresses = re.sub(r"\w+:(//)?(?=,)", "", said)
        assert "'" not in said, key
        assert not re.search(r"(?<!\u00a0):", without_addresses), key
        assert not re.search(r"(?<!\u202f)[;?!]", said), key
        assert said != "", key


def test_every_word_is_used(words: dict[str, dict[str, str]]) -> None:
    source = "".join(file.read_text("utf-8") for file in (EDITOR / "src").glob("*.ts"))
    assert [key for key in words["en"] if f'"{key}"' not in source] == []
