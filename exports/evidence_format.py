"""The form of an evidence bundle: its manifest, its seal, and a zip of which every byte follows from the files.

It needs nothing but the standard library: with the two modules beside it, it is the `verify.py` of every bundle.
"""

import hashlib
import json
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import Any

FORMAT = "charte evidence 1"
MANIFEST, SEAL, STAMP = "manifest.json", "seal.json", "timestamp.tsr"
RECORD = "record/"
NAMES = "reading/names.json"
BUNDLE_DOMAIN, SEAL_DOMAIN = "charte:bundle:1", "charte:seal:1"
GENESIS = "0" * 64
MOST_BYTES = 200_000_000
#: What a raw Ed25519 key lacks to be one that openssl reads.
PUBLIC_DER = bytes.fromhex("302a300506032b6570032100")

#: (public key, message, signature) to whether they fit.
Check = Callable[[bytes, bytes, bytes], bool]


class NoBundle(Exception):
    """The bytes are no bundle at all; the message says why."""


@dataclass
class Findings:
    """What does not fit, each with its place; and what a reader should know though nothing is wrong with it."""

    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def canonical(value: Any) -> bytes:
    """The one form of a JSON value: keys sorted, no white space, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def message(domain: str, digest: str, at: str = "") -> bytes:
    """What a seal signs: for what it is made, when (a bundle's says no time), and the hash of the manifest."""
    return f"{domain}\n{at}\n{digest}\n".encode()


def key_id(public: bytes) -> str:
    """The name of a public key: the beginning of its hash."""
    return sha256(public)[:16]


def described(path: str, data: bytes) -> dict[str, Any]:
    """A file in the manifest. Rows and columns tell which byte differs; that one does is told by SHA-256."""
    width, rows, columns = crc_map(data)
    return {
        "columns": columns, "crc32": f"{zlib.crc32(data):08x}", "path": path, "rows": rows, "sha256": sha256(data),
        "size": len(data), "width": width,
    }  # fmt: skip


def manifest_of(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The manifest: a function of the files alone, so that it can be made again and compared."""
    return canonical({"files": [described(path, data) for path, data in files], "format": FORMAT}) + b"\n"


def seal_of(digest: str, public: bytes, signature: bytes) -> bytes:
    """The seal over a manifest as the file that stands in the bundle; it always has the same length."""
    told = {"algorithm": "Ed25519", "key": key_id(public), "public_key": public.hex(), "sha256": digest}
    return canonical({**told, "signature": signature.hex()}) + b"\n"


def archive(files: Sequence[tuple[str, bytes]]) -> bytes:
    """The files as a zip without compression, dates or anything else that could differ from machine to machine."""
    return b"".join(
        pieces_of([(path, len(data), zlib.crc32(data)) for path, data in files], [data for _, data in files])
    )


def pieces_of(entries: Sequence[tuple[str, int, int]], contents: Sequence[bytes]) -> list[bytes]:
    """Header and content of each file in turn, then the directory."""
    pieces, directory, offset = [], [], 0
    for (path, size, crc), data in zip(entries, contents, strict=True):
        name = path.encode()
        common = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0x21, crc, size, size, len(name), 0)
        pieces += [b"PK\3\4" + common + name, data]
        directory.append(b"PK\1\2\x14\0" + common + struct.pack("<HHHII", 0, 0, 0, 0, offset) + name)
        offset += 30 + len(name) + size
    listed = b"".join(directory)
    count = len(entries)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(listed), offset, 0)
    return [*pieces, listed + end]


def crc_map(data: bytes) -> tuple[int, str, str]:
    width = isqrt(max(len(data) - 1, 0)) + 1
    rows = "".join(f"{zlib.crc32(data[at : at + width]):08x}" for at in range(0, len(data), width))
    return width, rows, "".join(f"{zlib.crc32(data[at::width]):08x}" for at in range(min(width, len(data))))


def read_directory(data: bytes) -> list[tuple[str, int]] | None:
    """Names and sizes as the directory at the end has them; None when it cannot be read."""
    try:
        if data[-22:-18] != b"PK\5\6":
            return None
        count, _, at = struct.unpack("<HII", data[-12:-2])
        found = []
        for _ in range(count):
            size, length = struct.unpack("<IH", data[at + 24 : at + 30])
            found.append((data[at + 46 : at + 46 + length].decode(), size))
            at += 46 + length
    except (struct.error, UnicodeDecodeError):
        return None
    return found


def contents_of(data: bytes, sizes: Iterable[tuple[str, int]]) -> list[tuple[str, bytes]]:
    """Each file from where it must lie, one behind the other."""
    found, at = [], 0
    for path, size in sizes:
        at += 30 + len(path.encode())
        found.append((path, data[at : at + size]))
        at += size
    return found


def read_manifest(data: bytes) -> bytes | None:
    start = 30 + len(MANIFEST)
    try:
        text = data[start : start + 10_000_000].decode("utf-8", "surrogateescape")
        end = json.JSONDecoder().raw_decode(text)[1]
    except (ValueError, RecursionError):
        return None
    return text[:end].encode("utf-8", "surrogateescape") + b"\n"


def listed_in(manifest: bytes) -> list[dict[str, Any]] | None:
    """The manifest's files; None unless it says of every one what it must."""
    try:
        value = json.loads(manifest)
        files: list[dict[str, Any]] = value["files"]
        shape = described("", b"")
        for line in files:
            if line.keys() != shape.keys() or any(type(line[key]) is not type(shape[key]) for key in shape):
                return None
            if line["size"] < 0 or line["width"] < 1 or not re.fullmatch("[0-9a-f]{8}", line["crc32"]):
                return None
        paths = [line["path"] for line in files]
        safe = all(re.fullmatch(r"[a-z0-9-]+(/[a-z0-9-]+)?(\.[a-z0-9]+)?", path) for path in paths)
        folded = {path.casefold() for path in (MANIFEST, SEAL, *paths)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    whole = canonical(value) + b"\n" == manifest and value.keys() == {"files", "format"} and value["format"] == FORMAT
    return files if whole and safe and len(folded) == len(paths) + 2 else None


def first_difference(one: bytes, other: bytes) -> int:
    """Where two byte strings begin to differ."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
