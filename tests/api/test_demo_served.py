"""The demo as it is run: served from a shell, stopped by a signal, refused when it cannot be."""

import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import cli
from api.cli import main
from api.demo import company, serve
from tests.commands import CHARTE, refused, run
from tests.served import free_port


@pytest.fixture
def quiet(folder: Path) -> Iterator[Path]:
    """A folder in which temporary folders are made, so that a test sees what is left of them."""
    place = folder / "tmp"
    place.mkdir()
    yield place
    assert list(place.iterdir()) == []


def started(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    port = arguments[arguments.index("--port") + 1]
    process = subprocess.Popen(
        [CHARTE, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, **environment},
    )  # fmt: skip
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/en/sign-in", timeout=2):
                return process
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    process.kill()
    raise AssertionError(process.communicate())


def ended(process: "subprocess.Popen[str]", how: signal.Signals) -> tuple[str, str]:
    """What a server said until its end, which must be a good one. Ctrl-C reaches the whole group, as in a shell."""
    if how is signal.SIGINT:
        os.killpg(process.pid, how)
    else:
        process.send_signal(how)
    said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "Traceback" not in said[1]
    return said


def test_a_demo_without_a_folder_serves_says_who_may_come_in_and_leaves_nothing(quiet: Path) -> None:
    port = str(free_port())
    process = started("demo", "--port", port, TMPDIR=str(quiet))
    assert [path.name.startswith("charte-demo-") for path in quiet.iterdir()] == [True]
    out, err = ended(process, signal.SIGINT)
    assert f"http://127.0.0.1:{port}" in out
    assert company.PASSWORD in out
    assert all(who.email in out and who.name in out for who in company.PEOPLE)
    assert err == ""


def test_a_demo_in_a_folder_keeps_what_was_done_in_it(history: Path, folder: Path) -> None:
    (folder / "demo").mkdir()
    (folder / "demo" / serve.DATABASE).write_bytes(history.read_bytes())
    port = str(free_port())
    ended(started("demo", "--folder", "demo", "--port", port), signal.SIGTERM)
    assert (folder / "demo" / serve.DATABASE).is_file()


def test_a_port_that_is_taken_is_refused_in_one_line_before_anything_is_made(history: Path, folder: Path) -> None:
    port = str(free_port())
    process = started("demo", "--folder", str(history.parent), "--port", port)
    settings = {**os.environ, "CHARTE_DATABASE_URL": f"sqlite:///{history}"}
    try:
        for command in (["demo", "--folder", "other"], ["serve"]):
            done = run(*command, "--port", port, cwd=folder, env=settings)
            assert (done.returncode, done.stdout) == (cli.BAD_INPUT, "")
            assert re.fullmatch(rf"charte: --port {port}: cannot listen on 127\.0\.0\.1:{port} .+\n", done.stderr)
        assert not (folder / "other").exists()
    finally:
        ended(process, signal.SIGTERM)


def test_an_address_of_another_machine_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--host nowhere.invalid: no such address" in refused(capsys, "demo", "--host", "nowhere.invalid")


def test_ctrl_c_before_the_server_stands_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, quiet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(serve, "prepare", interrupted)
    monkeypatch.setattr(tempfile, "tempdir", str(quiet))
    assert main(["demo", "--port", str(free_port())]) == cli.INTERRUPTED
    assert capsys.readouterr().err == ""
