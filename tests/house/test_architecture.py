"""The house plan as tests: who imports whom, how large a module grows, which names and errors there are."""

import ast
import inspect
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

from api.refusal_words import SENTENCES
from api.refusals import HOUSE, say, status_of

ROOT = Path(__file__).parents[2]
PACKAGES = ("guidelines", "workflow", "exports", "api")
OUTSIDE = ("sqlmodel", "sqlalchemy", "litestar", "docx", "lxml")
MOST_LINES = 400
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
CONTRACTED = next(contract for contract in CONTRACTS if contract["name"].startswith("The rules know"))["source_modules"]
#: Values and rules of these packages that keep a table's row or a column's type in hand, and so need not be pure.
WITH_A_DATABASE = {
    "guidelines.authority", "guidelines.batch", "guidelines.deciding", "guidelines.discussion",
    "guidelines.history", "guidelines.jobs", "guidelines.judging", "guidelines.lanes", "guidelines.moment",
    "guidelines.projecting", "guidelines.projection", "guidelines.queries", "guidelines.salvage",
    "guidelines.suggestion_rows", "guidelines.tables", "guidelines.versions", "workflow.acknowledgement",
    "workflow.anchors", "workflow.audience", "workflow.audit", "workflow.class_facts", "workflow.classing",
    "workflow.drafts", "workflow.events", "workflow.evidence", "workflow.handbook", "workflow.history",
    "workflow.orphans", "workflow.policy_change", "workflow.policy_log", "workflow.policy_tables",
    "workflow.possible", "workflow.queries", "workflow.repinning", "workflow.review", "workflow.review_due",
    "workflow.scheduling", "workflow.seal_audit", "workflow.sealing", "workflow.signing", "workflow.suggesting",
    "workflow.tables", "workflow.transition",
}  # fmt: skip


PURE = sorted(
    name
    for package in ("guidelines", "workflow")
    for file in (ROOT / package).glob("*.py")
    if (name := f"{package}.{file.stem}") not in WITH_A_DATABASE and file.stem != "__init__"
)


def sources(*folders: str) -> Iterator[Path]:
    """Every file of code that we write by hand, in the folders named or in all."""
    for folder in folders or (*PACKAGES, "benchmarks", "editor/src", "tests", "editor/test"):
        for ending in ("*.py", "*.ts", "*.mjs"):
            for file in (ROOT / folder).rglob(ending):
                if not {"node_modules", "versions", "build"} & set(file.relative_to(ROOT).parts):
                    yield file


@cache
def imports() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def reached_outside(module: str, graph: grimp.ImportGraph) -> set[str]:
    """What a module brings in, directly or through others, of databases, web and Word."""
    return {name for name in graph.find_upstream_modules(module) if name in OUTSIDE}


def test_the_import_contracts_hold() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(tool), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_module_of_the_rules_is_pure_or_needs_its_rows() -> None:
    modules = {name for name in imports().modules if name.startswith(("guidelines.", "workflow."))}
    impure = {name for name in modules if reached_outside(name, imports())}
    assert impure == WITH_A_DATABASE
    assert set(CONTRACTED) <= modules - impure


def test_an_import_too_much_would_be_seen() -> None:
    graph = grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)
    graph.add_import(importer="workflow.numbering", imported="workflow.tables")
    assert reached_outside("workflow.numbering", graph) >= {"sqlmodel"}


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_loads_neither_database_nor_web_nor_word(module: str) -> None:
    steps = "prosemirror" in imports().find_upstream_modules(module)  # that package brings lxml for its own use
    forbidden = set(OUTSIDE) - ({"lxml"} if steps else set())
    program = f"import sys, {module}; print(sorted(set(sys.modules) & {forbidden!r}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_module_is_longer_than_one_can_read() -> None:
    files = sources(*PACKAGES, "benchmarks", "editor/src")
    long = {str(file.relative_to(ROOT)): len(file.read_text("utf-8").splitlines()) for file in files}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "helpers", "common", "base", "managers", "services", "core", "types", "misc"}
    assert [file for file in sources() if file.stem in empty] == []


def test_every_module_begins_with_a_sentence_that_says_what_it_is() -> None:
    for file in sources():
        if file.suffix == ".py" and PACKAGES.count(file.relative_to(ROOT).parts[0]):
            said = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
            first = said.split("\n\n")[0].strip()
            assert first[-1:] in tuple(".:`"), file


def test_no_folder_of_tests_is_a_package() -> None:
    """A package `tests.guidelines` would stand before the real one."""
    assert list((ROOT / "tests").glob("*/**/__init__.py")) == []


def test_table_modules_keep_their_annotations() -> None:
    """SQLModel reads them at run time."""
    for package in PACKAGES:
        file = ROOT / package / "tables.py"
        assert not file.is_file() or "from __future__ import annotations" not in re.sub(r"#.*", "", file.read_text())


def errors() -> list[type[Exception]]:
    """Every class of refusal in the house, the roots included."""
    found: list[type[Exception]] = []
    waiting = list(HOUSE)
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.append(here)
            waiting += here.__subclasses__()
    return found


@pytest.mark.parametrize("error", errors(), ids=lambda error: error.__name__)
def test_every_refusal_has_a_code_a_status_a_docstring_and_sentences_in_both_languages(error: type[Exception]) -> None:
    code = error.code  # type: ignore[attr-defined]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", code)
    assert inspect.getdoc(error)
    if error in HOUSE or code == "unmet":
        return  # roots are never raised
    assert 400 <= status_of(error()) <= 500
    assert code in SENTENCES
    for language in ("fr", "en"):
        title, help_ = say(code, {}, language)
        assert title
        assert help_


def test_refusals_that_share_a_code_are_the_same_answer() -> None:
    """A file too large is one answer, whether the edge or the reader of the file finds out."""
    answers: dict[str, set[int]] = {}
    for error in errors():
        answers.setdefault(error.code, set()).add(status_of(error()))  # type: ignore[attr-defined]
    assert {code for code, statuses in answers.items() if len(statuses) > 1} == set()


def test_no_pattern_makes_a_group_possessive() -> None:
    """Python before 3.11.5, Debian 12's among them, gives back half a match for `(…)*+`; `(?>…)` is sound."""
    possessive = re.compile(r"""\)(?:[*+?]|\{\d*,?\d*\})\+["(\[|)\\]""")
    assert possessive.search('(?:a|b)*+"')
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in sources(*PACKAGES)
        if file.suffix == ".py"
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if "re.compile" in line or 'r"' in line
        if possessive.search(line)
    ]
    assert found == []
