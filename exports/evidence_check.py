"""Checks an evidence bundle offline. Needs only Python's standard library and the command `openssl`.

    python3 verify.py BUNDLE [--key PUBLIC ...] [--tsa CERTIFICATES]

Exit codes: 0 nothing was altered; 1 something was, each place on a line of its own; 2 it is no bundle, or cannot be
read. A copy of this lies in every bundle. Whoever alters a bundle can alter that copy as well: take yours from Charte
or from a bundle that you trust. Likewise a seal proves only that the holder of its key made it: `--key` says whose.
"""

import argparse
import base64
import json
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from exports.evidence_format import (
    BUNDLE_DOMAIN,
    MANIFEST,
    MOST_BYTES,
    NAMES,
    PUBLIC_DER,
    RECORD,
    SEAL,
    STAMP,
    Check,
    Findings,
    NoBundle,
    contents_of,
    crc_map,
    first_difference,
    key_id,
    listed_in,
    manifest_of,
    message,
    pieces_of,
    read_directory,
    read_manifest,
    seal_of,
    sha256,
)  # fmt: skip
from exports.evidence_record import check_record, check_stamp, note_key


def verify(
    data: bytes, *, keys: Sequence[str] = (), check: Check | None = None, authority: Path | None = None
) -> Findings:
    """Everything that does not fit. `keys` are the ids of keys that may have sealed; empty believes any."""
    found = Findings()
    check = check or openssl
    files = _bytes(data, check, keys, found)
    altered = [fault for fault in found.faults if not fault.startswith(f"{SEAL}: sealed by")]
    if not altered or any(fault.startswith((RECORD, NAMES)) for fault in altered):
        check_record(files, check, keys, found)
    if not found.faults and STAMP in files:
        check_stamp(files, authority, found)
    return found


def _bytes(data: bytes, check: Check, keys: Sequence[str], found: Findings) -> dict[str, bytes]:
    """Manifest, seal, and every byte of the file held against them."""
    manifest = read_manifest(data)
    listed = listed_in(manifest) if manifest else None
    directory = read_directory(data)
    if manifest is None and (directory is None or data[:4] != b"PK\3\4"):
        raise NoBundle("is no evidence bundle: it has neither a manifest nor a directory that can be read")
    length = len(seal_of("0" * 64, bytes(32), bytes(64)))
    if manifest is not None and listed is not None:
        sizes = [(MANIFEST, len(manifest)), (SEAL, length), *((line["path"], line["size"]) for line in listed)]
        files = dict(contents_of(data, sizes))
        if not (wrong := seal_faults(files[SEAL], manifest, check)):
            if files[MANIFEST] != manifest:
                found.faults.append(f"{MANIFEST}: {_in_manifest(files[MANIFEST], manifest)}")
            note_key(files[SEAL], keys, SEAL, found)
            _against(data, manifest, sizes, listed, found)
            return files
    else:
        wrong = [f"{MANIFEST}: cannot be read as one"]
    files = dict(contents_of(data, directory)) if directory is not None else (files if listed is not None else {})
    found.faults += _why_unsealed(files, check) or wrong
    return files


def _why_unsealed(files: Mapping[str, bytes], check: Check) -> list[str]:
    """Where the manifest or its seal was altered, as far as the files tell: the manifest follows from them."""
    if not {MANIFEST, SEAL} <= files.keys():
        return []
    found, sealed = files[MANIFEST], files[SEAL]
    rest = [(path, content) for path, content in files.items() if path not in (MANIFEST, SEAL)]
    made = manifest_of(rest)
    if made == found:
        return seal_faults(sealed, found, check)
    at = first_difference(found, made)
    if not seal_faults(sealed, made, check):
        return [f"{MANIFEST}: {_in_manifest(found, made)}"]
    lines = listed_in(found)
    told = {line["path"]: line for line in lines} if lines else {}
    differ = [_where(path, content, told[path]) for path, content in rest if path in told]
    return [
        f"{MANIFEST}: does not fit the files, from byte {at + 1:,} on",
        *(line for line in differ if line),
        *seal_faults(sealed, found, check),
    ]


def _in_manifest(found: bytes, made: bytes) -> str:
    return f"byte {30 + len(MANIFEST) + first_difference(found, made) + 1:,} of the bundle is not what it was"


def _against(
    data: bytes, manifest: bytes, sizes: Sequence[tuple[str, int]], listed: Sequence[dict[str, Any]], found: Findings
) -> None:
    """Every byte against a manifest that is sealed: contents by their hashes, all between them by making it again."""
    contents = [(MANIFEST, manifest), *contents_of(data, sizes)[1:]]
    for (path, content), line in zip(contents[2:], listed, strict=True):
        if fault := _where(path, content, line):
            found.faults.append(fault)
    entries = [(path, len(content), zlib.crc32(content)) for path, content in contents[:2]]
    entries += [(line["path"], line["size"], int(line["crc32"], 16)) for line in listed]
    at = 0
    pieces = pieces_of(entries, [content for _, content in contents])
    for number, piece in enumerate(pieces):
        now = data[at : at + len(piece)]
        if number % 2 == 0 and now != piece:
            what = f"header of {entries[number // 2][0]}" if number < len(pieces) - 1 else "directory"
            found.faults.append(
                f"bundle: byte {at + first_difference(now, piece) + 1:,}, in the {what}, is not what it was"
            )
        at += len(piece)
    whole = sum(30 + len(path.encode()) + size for path, size in sizes) + len(pieces[-1])
    if len(data) < whole:
        found.faults.append(f"bundle: ends at byte {len(data):,}, {whole - len(data):,} bytes early")
    elif len(data) > whole:
        found.faults.append(f"bundle: has {len(data) - whole:,} bytes too many, from byte {whole + 1:,} on")


def _where(path: str, content: bytes, line: Mapping[str, Any]) -> str:
    """ "" when the content is what the manifest says, else which bytes are not."""
    if len(content) == line["size"] and sha256(content) == line["sha256"]:
        return ""
    width, rows, columns = line["width"], line["rows"], line["columns"]
    _, now_rows, now_columns = crc_map(content) if len(content) == line["size"] else (0, "", "")
    bad = [at for at in range(0, len(rows), 8) if rows[at : at + 8] != now_rows[at : at + 8]]
    across = [at for at in range(0, len(columns), 8) if columns[at : at + 8] != now_columns[at : at + 8]]
    if len(content) != line["size"] or not bad or not across:
        return f"{path}: content hash differs"
    first = bad[0] // 8 * width + across[0] // 8 if len(bad) == 1 else bad[0] // 8 * width
    last = bad[-1] // 8 * width + (across[-1] // 8 if len(bad) == 1 else width - 1)
    last = min(last, line["size"] - 1)
    said = f"byte {first + 1:,}" if first == last else f"bytes {first + 1:,} to {last + 1:,}"
    text = path.endswith((".json", ".jsonl", ".html", ".md", ".txt", ".py"))
    row = f", line {content[:first].count(10) + 1:,}," if text else ""
    return f"{path}: {said}{row} {'is' if first == last else 'are'} not what was sealed"


def seal_faults(data: bytes, manifest: bytes, check: Check) -> list[str]:
    try:
        told = json.loads(data)
        public, signature = bytes.fromhex(told["public_key"]), bytes.fromhex(told["signature"])
        whole = seal_of(told["sha256"], public, signature)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return [f"{SEAL}: cannot be read as a seal"]
    if told.get("key") != key_id(public):
        return [f"{SEAL}: its key and the name of its key do not belong together"]
    if whole != data:
        return [f"{SEAL}: byte {first_difference(data, whole) + 1:,} is not as a seal is written"]
    if told["sha256"] != sha256(manifest):
        return [f"{SEAL}: seals another manifest"]
    if not check(public, message(BUNDLE_DOMAIN, told["sha256"]), signature):
        return [f"{SEAL}: the signature does not fit"]
    return []


def openssl(public: bytes, signed: bytes, signature: bytes) -> bool:
    """Whether the signature is the key's, as the command `openssl` says."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "key").write_bytes(PUBLIC_DER + public)
        (place / "signed").write_bytes(signed)
        (place / "signature").write_bytes(signature)
        command = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "key"]
        files = ["-in", "signed", "-sigfile", "signature"]
        return subprocess.run([*command, *files], cwd=place, capture_output=True, check=False).returncode == 0


def public_key(text: str) -> str:
    """The id of a key given as its id, as 64 hexadecimal digits, or as a file in PEM; raises `NoBundle`."""
    if re.fullmatch("[0-9a-f]{16}", text):
        return text
    if re.fullmatch("[0-9a-f]{64}", text):
        return key_id(bytes.fromhex(text))
    try:
        body = "".join(line for line in Path(text).read_text("ascii").splitlines() if not line.startswith("-"))
        der = base64.b64decode(body, validate=True)
    except (OSError, ValueError):
        der = b""
    if len(der) != 44 or not der.startswith(PUBLIC_DER):
        raise NoBundle(f"{text}: is no public key. Give its id, its 64 digits, or an Ed25519 key in PEM.")
    return key_id(der[12:])


def report(path: Path, *, keys: Sequence[str], authority: Path | None, check: Check | None = None) -> int:
    """Prints what was found in a bundle; the exit code."""
    try:
        known = [public_key(text) for text in keys]
        if path.stat().st_size > MOST_BYTES:
            raise NoBundle(f"{path}: has more than {MOST_BYTES:,} bytes; no bundle has")
        data = path.read_bytes()
        found = verify(data, keys=known, check=check, authority=authority)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except NoBundle as error:
        print(error if str(error).split(":")[0] in (str(path), *keys) else f"{path}: {error}", file=sys.stderr)
        return 2
    for line in (*found.faults, *found.notes):
        print(line)
    count = len(found.faults)
    print(f"{path}: {count} fault{'s' if count > 1 else ''}" if count else f"{path}: nothing was altered")
    return 1 if count else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks an evidence bundle of Charte offline.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", action="append", default=[], help="a public key that may have sealed it")
    parser.add_argument("--tsa", type=Path, help="certificates of the time-stamp authority, in PEM")
    options = parser.parse_args()
    return report(options.bundle, keys=options.key, authority=options.tsa)


if __name__ == "__main__":
    sys.exit(main())
