"""Bundles as a forger makes them: taken apart, altered, and put together again with whatever keys they have."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exports.evidence_format import (
    BUNDLE_DOMAIN,
    MANIFEST,
    RECORD,
    SEAL,
    SEAL_DOMAIN,
    archive,
    key_id,
    manifest_of,
    message,
    seal_of,
    sha256,
)
from exports.evidence_record import event_hash

Files = dict[str, bytes]


def parts(bundle: bytes) -> Files:
    """Every file of a bundle by its path, in their order."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def together(files: Files, key: Ed25519PrivateKey | None = None) -> bytes:
    """A bundle of these files: with manifest and seal as they are, or made anew with a key of the forger's."""
    if key is not None:
        inside = [(path, data) for path, data in files.items() if path not in (MANIFEST, SEAL)]
        manifest = manifest_of(inside)
        public = key.public_key().public_bytes_raw()
        signature = key.sign(message(BUNDLE_DOMAIN, sha256(manifest)))
        files = {MANIFEST: manifest, SEAL: seal_of(sha256(manifest), public, signature), **dict(inside)}
    return archive(list(files.items()))


def resealed(files: Files, key: Ed25519PrivateKey) -> Files:
    """The record's manifest and seal made anew, so that they fit what stands in it now."""
    manifest = json.loads(files[RECORD + MANIFEST])
    for line in manifest["files"]:
        data = files[RECORD + line["path"]]
        line.update(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    last = json.loads(files[f"{RECORD}events.jsonl"].splitlines()[-1])
    manifest["head"] = {"seq": last["seq"], "hash": last["hash"]}
    written = pretty(manifest)
    seal = json.loads(files[RECORD + SEAL])
    public = key.public_key().public_bytes_raw()
    signature = key.sign(message(SEAL_DOMAIN, sha256(written), seal["at"]))
    seal |= {"key": key_id(public), "public_key": public.hex(), "signature": signature.hex()}
    return {**files, RECORD + MANIFEST: written, RECORD + SEAL: pretty(seal)}


def with_events(files: Files, change: Callable[[list[Any]], Any], *, rechained: bool = False) -> Files:
    """Other events; chained anew, so that each fits the one before, if asked."""
    events = [json.loads(line) for line in files[f"{RECORD}events.jsonl"].splitlines()]
    change(events)
    if rechained:
        previous = "0" * 64
        for seq, event in enumerate(events, 1):
            event |= {"seq": seq, "previous_hash": previous}
            previous = event["hash"] = event_hash(event)
    lines = b"".join(json.dumps(event, ensure_ascii=False, sort_keys=True).encode() + b"\n" for event in events)
    return {**files, f"{RECORD}events.jsonl": lines}


def pretty(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
