"""Any byte of a bundle that is changed is found and its place is named; and so is whatever a forger puts together."""

import io
import json
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exports import evidence_check, evidence_record
from exports.evidence_check import verify
from exports.evidence_format import MANIFEST, NAMES, RECORD, SEAL, Findings, NoBundle, archive, manifest_of
from tests.evidence.conftest import Published
from tests.evidence.forging import Files, parts, pretty, resealed, together, with_events
from workflow.seal_audit import fits

Verifier = Callable[[bytes], Findings]
FORGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def check(data: bytes) -> Findings:
    return verify(data, check=fits)


def said(data: bytes) -> str:
    """What is wrong, line by line; "" for nothing."""
    try:
        return "\n".join(check(data).faults)
    except NoBundle as error:
        return f"no bundle: {error}"


def places(data: bytes) -> list[tuple[str, int, int]]:
    """Of each file in the bundle its path, and where its content begins and ends."""
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        for info in opened.infolist():
            start = info.header_offset + 30 + len(info.filename)
            found.append((info.filename, start, start + info.file_size))
    return found


def test_a_bundle_as_it_was_made_has_no_fault(published: Published) -> None:
    found = check(published.bundle)
    assert found.faults == []
    assert [note.split(":")[0] for note in found.notes] == [SEAL, RECORD + SEAL]
    assert 80_000 < len(published.bundle) < 130_000


def test_every_changed_byte_is_found_and_its_place_is_named(published: Published) -> None:
    """One bit of every byte of the file, which one by turns; contents are named to the byte, all else to its part."""
    data = bytearray(published.bundle)
    owners: list[tuple[str, int]] = [("", 0)] * len(data)
    for path, start, end in places(published.bundle):
        owners[start:end] = [(path, at - start + 1) for at in range(start, end)]
    unfound, unplaced = [], []
    for at in range(len(data)):
        data[at] ^= 1 << at % 8
        words = said(bytes(data))
        data[at] ^= 1 << at % 8
        path, place = owners[at]
        if not words:
            unfound.append(at)
        elif path in ("", MANIFEST):
            if not re.search(rf"\bbyte {at + 1:,}\b", words):
                unplaced.append((at, words))
        elif path == SEAL:
            if SEAL not in words:
                unplaced.append((at, words))
        elif f"{path}: byte {place:,}" not in words.replace(" of the bundle", ""):
            unplaced.append((at, words))
    assert not unfound
    assert not unplaced, (len(unplaced), unplaced[:5])


def test_several_changed_bytes_are_found_wherever_they_are(published: Published) -> None:
    chance = random.Random(7)
    for _ in range(300):
        data = bytearray(published.bundle)
        for _ in range(chance.randint(2, 6)):
            data[chance.randrange(len(data))] ^= chance.randint(1, 255)
        assert said(bytes(data)) or bytes(data) == published.bundle


def test_a_bundle_that_ends_early_or_late_is_found(published: Published) -> None:
    whole = published.bundle
    for length in [*range(0, len(whole), 997), len(whole) - 1]:
        assert said(whole[:length]), length
    assert f"ends at byte {len(whole) - 5:,}, 5 bytes early" in said(whole[:-5])
    assert f"has 3 bytes too many, from byte {len(whole) + 1:,}" in said(whole + b"abc")
    assert said(b"x" + whole)
    assert said(whole + whole)


def test_tricks_that_a_zip_allows_are_found(published: Published) -> None:
    files = parts(published.bundle)
    listed = list(files.items())
    tricks = {
        "a file twice": archive([*listed, ("reading/document.md", b"other")]),
        "a file more": archive([*listed, ("extra.txt", b"x")]),
        "a file less": archive(listed[:-1]),
        "another case": archive([(path.replace("reading/d", "reading/D"), data) for path, data in listed]),
        "another order": archive([*listed[:2], *reversed(listed[2:])]),
        "a comment": published.bundle[:-2] + b"\1\0!",
        "something between": published.bundle.replace(b"PK\1\2", b"??PK\1\2", 1),
        "compressed": _compressed(files),
        "overlapping": _overlapping(published.bundle),
    }
    for name, data in tricks.items():
        assert said(data), name


def test_a_manifest_that_lists_a_file_under_two_cases_is_none(published: Published) -> None:
    files = {**parts(published.bundle), "reading/DOCUMENT.md": b"other"}
    assert f"{MANIFEST}: cannot be read as one" in said(together(files, FORGER)) or said(together(files, FORGER))


def test_a_bundle_sealed_anew_by_another_key_is_not_the_companys(published: Published) -> None:
    files = parts(published.bundle)
    files[f"{RECORD}document.json"] = files[f"{RECORD}document.json"].replace(b"Ask", b"Axe")
    own = json.loads(parts(published.bundle)[SEAL])["key"]
    forged = together(files, FORGER)
    assert any(RECORD in fault for fault in check(forged).faults)
    whole = together(resealed(files, FORGER), FORGER)
    found = verify(whole, check=fits, keys=[own])
    assert any("none of those given" in fault for fault in found.faults)


FORGERIES: dict[str, tuple[Callable[[Files], Files], str]] = {
    "an event is altered": (
        lambda files: with_events(files, lambda events: events[2].update(person_id="samuel")),
        "event 3: content hash differs",
    ),
    "two events change places": (
        lambda files: with_events(files, lambda events: events.insert(2, events.pop(3))),
        "event 3: is missing or in another place",
    ),
    "an event is taken away": (
        lambda files: with_events(files, lambda events: events.pop(4)),
        "event 5: is missing or in another place",
    ),
    "the end is cut off": (
        lambda files: with_events(files, lambda events: events.pop()),
        "does not publish this version",
    ),
    "the log is chained anew": (
        lambda files: with_events(files, lambda events: events[9].update(person_id="samuel"), rechained=True),
        "sign-off 2: content hash differs",
    ),
    "a decision is altered": (
        lambda files: _decision(files, 1, decision="object"),
        "sign-off 2: content hash differs from that of event",
    ),
    "a decision is taken away": (
        lambda files: {**files, f"{RECORD}sign-offs.json": pretty(json.loads(files[f"{RECORD}sign-offs.json"])[1:])},
        "is missing",
    ),
    "the words are altered": (
        lambda files: {
            **files, f"{RECORD}document.json": files[f"{RECORD}document.json"].replace(b"Ask", b"Axe"),
        },
        "document.json: content hash differs from that published",
    ),
    "the policy is altered": (
        lambda files: {
            **files, f"{RECORD}policy.json": files[f"{RECORD}policy.json"].replace(b"standard", b"stabbard"),
        },
        "is not the policy of the submit",
    ),
    "the number is altered": (
        lambda files: {
            **files, f"{RECORD}publication.json": files[f"{RECORD}publication.json"].replace(b'"2.0"', b'"3.0"'),
        },
        "has another number",
    ),
    "a signer's name is altered": (
        lambda files: {**files, NAMES: files[NAMES].replace(b"Julie", b"Jules")},
        "was signed under another name",
    ),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_contradicts_itself_is_found_even_under_seals_that_fit(published: Published, forgery: str) -> None:
    """As if whoever holds the key had sealed it: the record still has to say one thing."""
    forge, words = FORGERIES[forgery]
    data = together(resealed(forge(parts(published.bundle)), FORGER), FORGER)
    assert words in said(data)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_whoever_has_no_key_alters_nothing_unseen(published: Published, forgery: str) -> None:
    files = FORGERIES[forgery][0](parts(published.bundle))
    assert said(together(files))
    assert said(together(files, FORGER)) or forgery == "a signer's name is altered"


BROKEN: dict[str, tuple[str, object]] = {
    "skips the manifest": ("_against", lambda *_: None),
    "skips the seal": ("seal_faults", lambda *_: []),
    "skips the record": ("check_record", lambda *_: None),
}


@pytest.mark.parametrize("twin", BROKEN)
def test_a_verifier_that_skips_a_part_would_be_noticed(
    published: Published, monkeypatch: pytest.MonkeyPatch, twin: str
) -> None:
    name, instead = BROKEN[twin]
    monkeypatch.setattr(evidence_check, name, instead)
    with pytest.raises(AssertionError):
        _tried(published)


@pytest.mark.parametrize("part", ["_chain", "_publication_seal", "_text", "_decisions", "_policy", "_printed"])
def test_a_verifier_that_skips_a_part_of_the_record_would_be_noticed(
    published: Published, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(evidence_record, part, lambda *_: [])
    with pytest.raises(AssertionError):
        _tried(published)


def test_the_guards_notice_nothing_where_nothing_is_broken(published: Published) -> None:
    _tried(published)


def test_the_script_inside_says_the_same_with_nothing_but_python_and_openssl(
    published: Published, script: Path, tmp_path: Path
) -> None:
    key = json.loads(parts(published.bundle)[SEAL])["public_key"]
    data = bytearray(published.bundle)
    path, start, _ = next(place for place in places(published.bundle) if place[0].endswith("document.html"))
    data[start + 1233] ^= 1
    chained = with_events(parts(published.bundle), lambda events: events[2].update(person_id="samuel"))
    cases = {
        "whole": (published.bundle, 0, "nothing was altered"),
        "altered": (bytes(data), 1, f"{path}: byte 1,234, line"),
        "forged": (together(resealed(chained, FORGER), FORGER), 1, "event 3: content hash differs"),
        "no bundle": (b"PK", 2, "is no evidence bundle"),
    }
    for name, (content, code, words) in cases.items():
        (tmp_path / "b.zip").write_bytes(content)
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(script), str(tmp_path / "b.zip"), "--key", key],
            capture_output=True, text=True, check=False, cwd=script.parent,
        )  # fmt: skip
        assert (done.returncode, words in done.stdout + done.stderr) == (code, True), (name, done)
        if code < 2:
            assert done.stdout.splitlines()[:-1] == verify(content, keys=[_id(key)], check=fits).faults


def _tried(published: Published) -> None:
    """What the tests above hold, in short: every forgery is found, sealed anew or not."""
    whole = published.bundle
    for path, start, end in places(whole):
        data = bytearray(whole)
        data[(start + end) // 2] ^= 1
        assert said(bytes(data)), path
    for forge, words in FORGERIES.values():
        assert words in said(together(resealed(forge(parts(whole)), FORGER), FORGER))
    files = parts(whole)
    other = {**files, "reading/document.md": b"Other words."}
    inside = [(path, data) for path, data in other.items() if path not in (MANIFEST, SEAL)]
    assert said(together({**other, MANIFEST: manifest_of(inside)}))
    swapped = {**files, RECORD + SEAL: files[RECORD + SEAL].replace(b'"signature": "', b'"signature": "00')}
    assert said(together(swapped, FORGER))


def _id(public: str) -> str:
    from exports.evidence_format import key_id

    return key_id(bytes.fromhex(public))


def _decision(files: Files, place: int, **changes: str) -> Files:
    entries = json.loads(files[f"{RECORD}sign-offs.json"])
    entries[place]["row"].update(changes)
    return {**files, f"{RECORD}sign-offs.json": pretty(entries)}


def _compressed(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for path, data in files.items():
            made.writestr(zipfile.ZipInfo(path), data)
    return out.getvalue()


def _overlapping(whole: bytes) -> bytes:
    """The last file's entry in the directory points to the content of the one before."""
    start = whole.rindex(b"PK\1\2")
    former = whole.rindex(b"PK\1\2", 0, start)
    return whole[: start + 42] + whole[former + 42 : former + 46] + whole[start + 46 :]
