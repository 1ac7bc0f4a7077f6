"""The wheel: everything that the product needs at run time travels in it, and nothing else does."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import PathDistribution
from pathlib import Path
from zipfile import Path as ZipPath
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"guidelines", "workflow", "exports", "api"}
#: What is read at run time, by the folder and ending that it has in the checkout.
CARRIED = (
    ("api/templates", "*.html"),
    ("api/locale", "**/*.po"),
    ("api/migrations", "**/*.py"),
    ("api/migrations", "script.py.mako"),
    ("api/demo/content", "**/*.md"),
    ("workflow/policies", "*.toml"),
    ("guidelines", "schema.json"),
    ("exports", "*.css"),
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the checkout, so that building disturbs nobody who works in it."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    for name in names:
        if name and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
    shutil.copytree(ROOT / "api" / "static" / "build", source / "api" / "static" / "build")
    shutil.copy2(ROOT / ".gitignore", source / ".gitignore")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(target)]
    built = subprocess.run([*command, str(source)], capture_output=True, text=True, env=dict(os.environ))
    assert built.returncode == 0, built.stderr
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with ZipFile(wheel) as file:
        return set(file.namelist())


def test_the_four_packages_and_nothing_else_are_in_the_wheel(names: set[str]) -> None:
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == PACKAGES


@pytest.mark.parametrize(("folder", "pattern"), CARRIED, ids=[f"{folder}/{pattern}" for folder, pattern in CARRIED])
def test_what_is_read_at_run_time_travels_in_the_wheel(names: set[str], folder: str, pattern: str) -> None:
    wanted = {
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).glob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted, f"nothing in the checkout is {folder}/{pattern}"
    assert wanted <= names


def test_the_built_assets_travel_in_the_wheel(wheel: Path, names: set[str]) -> None:
    """Their names hold their hashes, so they are asked of the wheel's own list: it may be newer than the checkout's."""
    with ZipFile(wheel) as file:
        built = json.loads(file.read("api/static/build/manifest.json"))
    assert {"charte.css", "icons.svg"} <= set(built)
    assert {f"api/static/build/{name}" for name in built.values()} <= names


def test_every_module_of_the_checkout_is_in_the_wheel(names: set[str]) -> None:
    listed = ["git", "ls-files", "-z", "--", *(f"{package}/*.py" for package in PACKAGES)]
    found = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    assert {name for name in found if name and (ROOT / name).is_file()} <= names


def test_nothing_of_the_workshop_is_in_the_wheel(names: set[str]) -> None:
    strangers = ("tests/", "editor/", "benchmarks/", "docs/", "node_modules", "__pycache__", ".sqlite", "charte.db")
    assert not [name for name in names if any(word in name for word in strangers)]


def test_the_wheel_makes_the_command_and_names_what_it_needs(wheel: Path) -> None:
    info = next(path for path in ZipPath(wheel).iterdir() if path.name.endswith(".dist-info"))
    found = PathDistribution(info)  # type: ignore[arg-type]
    assert [(point.name, point.value) for point in found.entry_points] == [("charte", "api.cli:main")]
    assert found.metadata["Name"] == "charte"
    assert found.metadata["License-Expression"] == "Apache-2.0"
    needed = {re.split(r"[^\w-]", line)[0] for line in found.requires or () if "extra" not in line}
    assert {"sqlmodel", "litestar", "alembic", "granian", "prosemirror"} <= needed


def test_the_command_runs_from_the_unpacked_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    with ZipFile(wheel) as file:
        file.extractall(tmp_path)
    text = tmp_path / "text.md"
    text.write_text("## Ask first\n\nTwo minutes.\n", "utf-8")
    script = (
        "import api, api.demo.stage as stage, api.assets as assets, guidelines.schema, sys\n"
        f"assert api.__file__.startswith({str(tmp_path)!r}), api.__file__\n"
        "assert assets.manifest() and stage.text_of('press-requests', '1.0').content\n"
        "from api.cli import main\n"
        "sys.exit(main(['convert', 'text.md', 'text.html']))\n"
    )
    command = [sys.executable, "-c", script]
    ran = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(tmp_path)}
    )
    assert ran.returncode == 0, ran.stderr
    assert "Ask first" in (tmp_path / "text.html").read_text("utf-8")
