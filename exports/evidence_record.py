"""What the record in an evidence bundle says of itself: the publication's seal, the chain, each decision, the stamp."""

import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from exports.evidence_format import (
    GENESIS,
    MANIFEST,
    NAMES,
    RECORD,
    SEAL,
    SEAL_DOMAIN,
    STAMP,
    Check,
    Findings,
    canonical,
    key_id,
    message,
    sha256,
)  # fmt: skip


def note_key(data: bytes, keys: Sequence[str], path: str, found: Findings) -> None:
    try:
        key = json.loads(data)["key"]
    except (ValueError, TypeError, KeyError):
        found.faults.append(f"{path}: cannot be read as a seal")
        return
    if keys and key not in keys:
        found.faults.append(f"{path}: sealed by key {key}, which is none of those given")
    elif not keys:
        found.notes.append(f"{path}: sealed by key {key}; whether that is the company's, --key tells")


def check_record(files: Mapping[str, bytes], check: Check, keys: Sequence[str], found: Findings) -> None:
    """The seal of the publication, the chain of events, and every decision held against what the chain tells of it."""
    parts: tuple[Callable[..., Iterable[str]], ...] = (_publication_seal, _chain, _text, _decisions, _policy, _printed)
    for part in parts:
        try:
            found.faults += part(files, check) if part is _publication_seal else part(files)
        except KeyError as error:
            found.faults.append(f"record: {error.args[0]} is missing")
        except (ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
            found.faults.append(f"record: cannot be read ({part.__name__.strip('_')}: {error.__class__.__name__})")
    if not found.faults:
        note_key(files[RECORD + SEAL], keys, RECORD + SEAL, found)


def _publication_seal(files: Mapping[str, bytes], check: Check) -> list[str]:
    told, manifest = json.loads(files[RECORD + SEAL]), json.loads(files[RECORD + MANIFEST])
    public = bytes.fromhex(told["public_key"])
    digest = sha256(files[RECORD + MANIFEST])
    signed = message(SEAL_DOMAIN, digest, told["at"])
    faults = []
    if told["key"] != key_id(public) or not check(public, signed, bytes.fromhex(told["signature"])):
        faults.append(f"{RECORD}{SEAL}: the seal of the publication does not fit")
    listed = {line["path"]: line["sha256"] for line in manifest["files"]}
    there = {path.removeprefix(RECORD) for path in files if path.startswith(RECORD)} - {MANIFEST, SEAL}
    faults += [f"{RECORD}{path}: was not sealed at publication" for path in sorted(there - listed.keys())]
    for path, digest in listed.items():
        if sha256(files[RECORD + path]) != digest:
            faults.append(f"{RECORD}{path}: content hash differs from that sealed at publication")
    return faults


def _events(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[f"{RECORD}events.jsonl"].decode().splitlines()]


def event_hash(event: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash and every field of an event."""
    names = ("previous_hash", "guideline_id", "seq", "at", "kind", "person_id", "version_id", "data")
    return sha256(("charte:event:1\n" + "\n".join(str(event[name] or "") for name in names)).encode())


def _chain(files: Mapping[str, bytes]) -> list[str]:
    faults: list[str] = []
    previous, seq = GENESIS, 0
    for seq, event in enumerate(_events(files), 1):
        if event["seq"] != seq:
            return [*faults, f"event {seq}: is missing or in another place; event {event['seq']} stands there"]
        if event["previous_hash"] != previous:
            faults.append(f"event {seq}: does not follow the event before it")
        if event_hash(event) != event["hash"]:
            faults.append(f"event {seq}: content hash differs")
        previous = event["hash"]
    head = json.loads(files[RECORD + MANIFEST])["head"]
    if (head["seq"], head["hash"]) != (seq, previous):
        faults.append(f"event {seq}: the chain ends otherwise than it was sealed, at event {head['seq']}")
    return faults


def _text(files: Mapping[str, bytes]) -> list[str]:
    digest = sha256(b"charte:document:1\n" + files[f"{RECORD}document.json"])
    facts, told = json.loads(files[f"{RECORD}publication.json"]), _events(files)[-1]
    if (told["kind"], told["version_id"]) != ("version_published", facts["version_id"]):
        return [f"event {told['seq']}: does not publish this version"]
    data, faults = json.loads(told["data"]), []
    if {digest} != {facts["document_hash"], data["document"]}:
        faults.append(f"{RECORD}document.json: content hash differs from that published")
    if facts["number"] != data["number"]:
        faults.append(f"{RECORD}publication.json: has another number than event {told['seq']}")
    return faults


def row_hash(table: str, row: Mapping[str, Any]) -> str:
    """SHA-256 over the fields of a row that say something."""
    said = {name: value for name, value in row.items() if value is not None}
    return sha256(b"charte:evidence:1\n" + canonical({"row": table, **said}))


def _decisions(files: Mapping[str, bytes]) -> list[str]:
    events = {event["seq"]: event for event in _events(files)}
    faults, told = [], set()
    for number, entry in enumerate(json.loads(files[f"{RECORD}sign-offs.json"]), 1):
        row, event = entry["row"], events[entry["event"]["seq"]]
        data = json.loads(event["data"])
        told.add(row["seq"])
        if row_hash("SignOff", row) != data["evidence"] or (event["person_id"], data["sign_off"]) != (
            row["person_id"],
            row["seq"],
        ):
            faults.append(f"sign-off {number}: content hash differs from that of event {event['seq']}")
    last = _events(files)[-1]
    for seq in sorted(set(json.loads(last["data"])["sign_offs"]) - told):
        faults.append(f"{RECORD}sign-offs.json: sign-off {seq}, told by event {last['seq']}, is missing")
    return faults


def _policy(files: Mapping[str, bytes]) -> list[str]:
    row = json.loads(files[f"{RECORD}policy.json"])
    version = json.loads(files[f"{RECORD}publication.json"])["version_id"]
    own = [event for event in _events(files) if event["version_id"] == version]
    pinning = ("version_submitted", "version_repinned")
    submitted = [json.loads(event["data"]) for event in own if event["kind"] in pinning]
    fits = submitted and submitted[-1]["policy_evidence"] == row_hash("Policy", row)
    return [] if fits else [f"{RECORD}policy.json: is not the policy of the submit"]


def name_hash(salt: str, name: str) -> str:
    """What the record keeps of a name, so that it can be proved as long as it is kept, and erased."""
    return sha256(f"charte:name:1\n{salt}\n{name}".encode())


def _printed(files: Mapping[str, bytes]) -> list[str]:
    rows = {entry["row"]["seq"]: entry["row"] for entry in json.loads(files[f"{RECORD}sign-offs.json"])}
    faults = []
    for line in json.loads(files[NAMES])["signers"]:
        if line["salt"] and name_hash(line["salt"], line["name"]) != rows[line["sign_off"]]["name_hash"]:
            faults.append(f"{NAMES}: sign-off {line['sign_off']} was signed under another name")
    return faults


def check_stamp(files: Mapping[str, bytes], authority: Path | None, found: Findings) -> None:
    """The token of a time-stamp authority must be over the manifest sealed at publication."""
    digest = sha256(files[RECORD + MANIFEST])
    if said := stamp_fault(files[STAMP], digest, authority):
        found.faults.append(f"{STAMP}: {said}")
    elif authority is None:
        found.notes.append(f"{STAMP}: is over this record; whose stamp it is, --tsa CERTIFICATES tells")


def stamp_fault(token: bytes, digest: str, authority: Path | None) -> str:
    """ "" when the token is over the hash and, if certificates are given, the authority's; else what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "token.tsr"
        place.write_bytes(token)
        if authority is not None:
            ask = ["-verify", "-digest", digest, "-in", str(place), "-CAfile", str(authority)]
            answer = subprocess.run(["openssl", "ts", *ask], capture_output=True, check=False)
            return "" if answer.returncode == 0 else "the stamp does not fit this record or this authority"
        done = subprocess.run(
            ["openssl", "ts", "-reply", "-in", str(place), "-text"], capture_output=True, text=True, check=False
        )
    block = done.stdout.partition("Message data:")[2].partition("Serial number:")[0]
    shown = "".join(re.sub("[^0-9a-f]", "", line.partition(" - ")[2][:47]) for line in block.splitlines())
    return "" if shown == digest else "the stamp is over something else"
