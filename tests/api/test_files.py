"""Documents as files: what goes in comes out, what cannot be read is named, and nothing is ever half written."""

import json
import os
import re
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from api import cli
from api.cli import main
from api.files import WARNINGS
from exports import markdown_reader
from exports.formats import WRITES
from exports.markdown_reader import read_markdown
from guidelines.document import document_hash, inline_text, parse, textblocks
from tests.commands import NEW, OLD, refused, run


@pytest.mark.parametrize("name", ["out.json", "out.md", "OUT.JSON"])
def test_a_text_out_is_the_text_in(folder: Path, name: str) -> None:
    assert main(["convert", "old.md", name]) == cli.DONE
    assert main(["convert", name, "back.json"]) == cli.DONE
    back = parse(json.loads((folder / "back.json").read_text("utf-8")))
    assert document_hash(back) == document_hash(read_markdown(OLD))


def test_the_json_is_the_document(folder: Path) -> None:
    main(["convert", "old.md", "out.json"])
    value = json.loads((folder / "out.json").read_text("utf-8"))
    assert value["type"] == "doc"
    assert [block["type"] for block in value["content"]][:3] == ["paragraph", "heading", "table"]


def test_the_html_is_one_page_that_asks_nobody_for_anything(folder: Path) -> None:
    assert main(["convert", "old.md", "out.html", "--title", "Délais & <photos>", "--language", "fr"]) == cli.DONE
    page = (folder / "out.html").read_text("utf-8")
    assert page.startswith('<!doctype html>\n<html lang="fr">')
    assert "<title>Délais &amp; &lt;photos&gt;</title>" in page
    assert "<h1>Délais &amp; &lt;photos&gt;</h1>" in page
    assert "<style>" in page
    assert not re.search(r"<(script|link|img|iframe)\b|url\(", page)


def test_without_a_title_the_window_has_the_files_name(folder: Path) -> None:
    main(["convert", "old.md", "out.html"])
    page = (folder / "out.html").read_text("utf-8")
    assert "<title>old</title>" in page
    assert "<h1>" not in page


@pytest.mark.parametrize("format", WRITES)
def test_every_format_that_can_be_written_is(folder: Path, format: str) -> None:
    assert main(["convert", "old.md", f"out.{format}"]) == cli.DONE
    assert (folder / f"out.{format}").stat().st_size > 100


def test_the_console_script_does_it_too_and_says_nothing(folder: Path) -> None:
    done = run("convert", "old.md", "out.html", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_could_not_be_kept_is_said_a_line_each_and_the_file_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deep = "- " * 12 + "x\n\n" + "> " * 12 + "y\n\n"
    links = "[a](ftp://x.example) ![b](ftp://y.example) z[^1]\n\n[^1]: word\n\n[unused]: https://x.example\n"
    (folder / "odd.md").write_text(deep + links, "utf-8")
    assert main(["convert", "odd.md", "out.md"]) == cli.DONE
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert all(line.startswith("charte: odd.md: ") for line in lines)
    wanted = ["deeper than 9", "deeper than 9", "ftp://x.example", "ftp://y.example", "“[^1]” is kept", "“[UNUSED]: "]
    assert len(lines) == len(wanted)
    assert all(part in line for part, line in zip(wanted, lines, strict=True))
    written = (folder / "out.md").read_text("utf-8")
    assert "z[^1]" in written.replace("\\", "")
    assert "](" not in written
    assert read_markdown(written).content[-1].content[0].text == "[^1]: word"


def test_every_warning_of_the_reader_has_a_sentence() -> None:
    source = Path(markdown_reader.__file__).read_text("utf-8")
    assert set(re.findall(r'self\.warn\(\s*"(\w+)"', source)) == set(WARNINGS)


def test_the_json_gives_both_texts_back_exactly(folder: Path) -> None:
    assert main(["redline", "old.md", "new.md", "-o", "out.json"]) == cli.DONE
    blocks = json.loads((folder / "out.json").read_text("utf-8"))["blocks"]
    assert all(set(block) == {"op", "type", "runs"} for block in blocks)
    for source, left_out, signs in ((OLD, {"insert", "move_to"}, "=-"), (NEW, {"delete", "move_from"}, "=+")):
        rebuilt = [
            "".join(text for sign, text in block["runs"] if sign in signs)
            for block in blocks
            if block["op"] not in left_out
        ]
        assert rebuilt == [inline_text(block) for block in textblocks(read_markdown(source))]


def test_the_html_is_one_page_with_what_went_and_what_came(folder: Path) -> None:
    assert main(["redline", "old.md", "new.md", "--output", "out.html", "--language", "en"]) == cli.DONE
    page = (folder / "out.html").read_text("utf-8")
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert "<del>" in page
    assert "<ins>" in page
    assert not re.search(r"<(script|link|img|iframe)\b|url\(", page)


def test_the_markdown_marks_both(folder: Path) -> None:
    assert main(["redline", "old.md", "new.md", "-o", "out.md"]) == cli.DONE
    text = (folder / "out.md").read_text("utf-8")
    assert "| Réclamation | <del>quatre heures</del><ins>le jour même</ins> |" in text
    assert "<ins>Gardez-le.</ins>" in text
    assert "-   un **point**\n" in text
    assert "[lien](<https://a.example>)" in text


def test_the_same_words_are_said_to_be_the_same(folder: Path) -> None:
    (folder / "again.md").write_text(OLD, "utf-8")
    assert main(["redline", "old.md", "again.md", "-o", "out.html"]) == cli.DONE
    assert "Les mots sont les mêmes." in (folder / "out.html").read_text("utf-8")


@pytest.mark.parametrize("which", ["old.md", "new.md"])
def test_neither_text_is_written_over(folder: Path, which: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / which).read_bytes()
    assert "is the file to read from" in refused(capsys, "redline", "old.md", "new.md", "-o", which)
    assert (folder / which).read_bytes() == before


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing.md": (lambda path: None, "there is no such file"),
    "folder.md": (lambda path: path.mkdir(), "is a folder"),
    "empty.md": (lambda path: path.touch(), "The file is empty"),
    "large.md": (lambda path: path.write_bytes(b"word " * 4_000_000), "20\xa0MB; the limit is 5\xa0MB"),
    "latin.md": (lambda path: path.write_bytes("Délais".encode("latin-1")), "cannot be read as text. Save it as UTF-8"),
    "nul.md": (lambda path: path.write_bytes(b"a\0b"), "cannot be read as text"),
    "word.md": (lambda path: path.write_bytes(b"PK\x03\x04rest"), "is not what its name says. It looks like zip"),
    "picture.json": (lambda path: path.write_bytes(b"\x89PNG\r\n"), "It looks like png"),
    "broken.json": (lambda path: path.write_text("{"), "breaks a rule of its schema"),
    "other.json": (lambda path: path.write_text('{"type": "paragraph"}'), "is not a whole document"),
    "deep.json": (lambda path: path.write_text("[" * 100_000), "breaks a rule of its schema"),
    "text.xyz": (lambda path: path.write_text("a"), "cannot read “.xyz”. End the name with one of .md"),
    "text": (lambda path: path.write_text("a"), "cannot read “text”"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("command", ["convert", "redline"])
def test_a_file_that_cannot_be_read_is_named_with_what_is_wrong(
    folder: Path, command: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make, reason = BAD[name]
    make(folder / name)
    before = sorted(os.listdir(folder))
    arguments = ["convert", name, "out.html"] if command == "convert" else ["redline", "old.md", name, "-o", "out.html"]
    line = refused(capsys, *arguments)
    assert line.startswith(f"charte: {name}: ")
    assert reason in line
    assert sorted(os.listdir(folder)) == before


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("out.xyz", "cannot write “.xyz”. End the name with one of .md"),
        ("out", "cannot write “out”"),
        ("nowhere/out.md", "there is no folder nowhere. Create it first."),
        ("made.md", "is a folder. Name a file in it."),
        ("/proc/out.md", "cannot be written"),
        ("old.md", "is the file to read from"),
        ("./old.md", "is the file to read from"),
    ],
)
def test_a_target_that_cannot_be_written_is_refused(
    folder: Path, target: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "made.md").mkdir()
    before = sorted(os.listdir(folder))
    line = refused(capsys, "convert", "old.md", target)
    assert line.startswith(f"charte: {Path(target)}: ")
    assert reason in line
    assert sorted(os.listdir(folder)) == before
    assert (folder / "old.md").read_text("utf-8") == OLD


def test_the_same_file_under_another_name_is_seen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "link.md").symlink_to("old.md")
    assert "is the file to read from" in refused(capsys, "convert", "link.md", "old.md")


def test_a_full_disk_leaves_the_former_file_whole_and_nothing_beside_it(folder: Path) -> None:
    (folder / "out.html").write_text("former", "utf-8")
    before = sorted(os.listdir(folder))
    done = run(
        "convert", "old.md", "out.html", cwd=folder,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300)),
    )  # fmt: skip
    assert done.returncode == cli.BAD_INPUT
    assert re.fullmatch(r"charte: out\.html: cannot be written \(.+\)\. .+\n", done.stderr)
    assert (folder / "out.html").read_text("utf-8") == "former"
    assert sorted(os.listdir(folder)) == before


def test_a_file_written_anew_has_the_rights_of_any_new_file(folder: Path) -> None:
    main(["convert", "old.md", "out.md"])
    (folder / "plain").touch()
    assert (folder / "out.md").stat().st_mode == (folder / "plain").stat().st_mode
