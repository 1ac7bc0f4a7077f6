"""Bundles are the same everywhere, name every field that a decision needs, and outlive keys, names and authorities."""

import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from api import keys, people
from api.config import Config
from api.database import transaction
from api.errors import SealKeyMissing
from api.evidence import evidence_of
from api.timestamps import stamp_seals
from exports.evidence_check import verify
from exports.evidence_format import NAMES, RECORD, SEAL, STAMP
from guidelines.tables import Membership, Person
from tests.evidence.conftest import Published, publish_two
from tests.evidence.forging import parts
from tests.sealing import seal_key
from workflow import sealing
from workflow.audit import audit
from workflow.errors import NotPublished
from workflow.seal_audit import fits
from workflow.tables import SealKey

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
#: reliability: what every record of a sign-off must say, by where it says it.
REQUIRED = {
    "row": {
        "seq", "person_id", "principal_id", "delegation_id", "team_id", "requirement", "role", "why_allowed",
        "membership_id", "decision", "statement", "language", "version_id", "revision", "hashes", "shown_hash",
        "anchor_hash", "view_hash", "name_hash", "policy_hash", "remark", "auth_method", "authenticated_at", "at",
    },
    "event": {"seq", "hash", "previous_hash"},
    "": {"meaning", "guideline_id", "number", "assets", "printed_name"},
}  # fmt: skip


@pytest.fixture
def company(engine: Engine) -> Published:
    """Two published versions on either database, not shared with other tests."""
    config = Config(database_url=str(engine.url), organisation="Solenne", seal_key=seal_key(engine))
    house = publish_two(engine, config)
    return Published(engine, config, house, b"")


def bundle_of(found: Published, version_id: str = "v2") -> bytes:
    with transaction(found.engine, read_only=True) as session:
        return evidence_of(session, found.config, version_id)[1]


def faults_of(found: Published) -> list[str]:
    with transaction(found.engine, read_only=True) as session:
        return [str(fault) for fault in audit(session, "g")]


def test_every_sign_off_has_every_required_field(published: Published) -> None:
    entries = json.loads(parts(published.bundle)[f"{RECORD}sign-offs.json"])
    assert len(entries) == 2
    for entry in entries:
        assert entry["row"].keys() >= REQUIRED["row"]
        assert entry["event"].keys() == REQUIRED["event"]
        assert entry.keys() >= REQUIRED[""]
        assert entry["row"]["membership_id"]
        assert entry["row"]["role"] in ("editor", "reviewer")
        assert entry["row"]["name_hash"]


def test_a_bundle_holds_the_version_its_changes_its_policy_and_their_proof(published: Published) -> None:
    files = parts(published.bundle)
    reading = {"document.docx", "document.html", "document.md", "names.json", "proof.json", "readme.txt",
               "redline.html", "redline.json"}  # fmt: skip
    record = {"document.json", "events.jsonl", "manifest.json", "policy.json", "publication.json", "seal.json",
              "sections.json", "sign-offs.json"}  # fmt: skip
    assert {path for path in files if "/" in path} == {f"reading/{name}" for name in reading} | {
        f"{RECORD}{name}" for name in record
    }
    proof = json.loads(files["reading/proof.json"])
    assert proof["sound"]
    assert proof["states"] > 1000
    assert proof["theorem"]["fr"].startswith("Prouvé")
    key = json.loads(files[SEAL])["key"]
    assert key in files["reading/document.html"].decode()
    assert key in files["reading/document.md"].decode()
    assert b"Always" in files["reading/redline.html"]


def test_the_first_version_has_no_redline(published: Published) -> None:
    assert not any("redline" in path for path in parts(bundle_of(published, "v1")))


def test_the_same_version_is_the_same_bytes_on_another_machine_and_day(published: Published) -> None:
    """Another process, another time zone, locale, order of hashes and user's rights."""
    code = (
        "import sys, hashlib\n"
        "from api.config import Config\n"
        "from api.database import make_engine, transaction\n"
        "from api.evidence import evidence_of\n"
        "import api.tables\n"
        "url = sys.argv[1]\n"
        "with transaction(make_engine(url), read_only=True) as session:\n"
        "    data = evidence_of(session, Config(database_url=url, organisation='Renamed'), 'v2')[1]\n"
        "sys.stdout.buffer.write(data)\n"
    )
    for more in ({"TZ": "Asia/Kathmandu", "LANG": "C", "PYTHONHASHSEED": "1"}, {"TZ": "UTC", "PYTHONHASHSEED": "77"}):
        done = subprocess.run(
            [sys.executable, "-c", code, published.config.database_url],
            capture_output=True, check=True, env={**os.environ, "PYTHONPATH": os.getcwd(), **more},
        )  # fmt: skip
        assert done.stdout == published.bundle


def test_a_publication_is_sealed_in_its_own_transaction_and_told(company: Published) -> None:
    with transaction(company.engine, read_only=True) as session:
        row = sealing.seal_of(session, "v2")
        key = session.get_one(SealKey, row.key_id)
        signed = sealing.message(row.manifest_hash, row.at)
        assert fits(bytes.fromhex(key.public_key), signed, bytes.fromhex(row.signature))
    assert faults_of(company) == []


def test_an_embedded_database_has_its_key_beside_it_for_nobody_else_to_read(published: Published) -> None:
    place = keys.place_of(published.config)
    assert place is not None
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_seal_made_with_a_former_key_stays_good_and_the_new_one_seals(company: Published, tmp_path: Path) -> None:
    before = json.loads(parts(bundle_of(company))[RECORD + SEAL])["key"]
    own = tmp_path / "key"
    if place := keys.place_of(company.config, company.engine.url):
        shutil.copy(place, own)
    company.config = Config(database_url=str(company.engine.url), organisation="Solenne", seal_key=str(own))
    with transaction(company.engine) as session:
        fresh = keys.new_key(session, company.config, NOW).id
    files = parts(data := bundle_of(company))
    assert json.loads(files[SEAL])["key"] == fresh
    assert json.loads(files[RECORD + SEAL])["key"] == before != fresh
    assert verify(data, check=fits, keys=[before, fresh]).faults == []
    assert verify(data, check=fits, keys=[before]).faults
    assert faults_of(company) == []


def test_without_its_key_nothing_is_published_and_the_reason_is_told(company: Published, tmp_path: Path) -> None:
    lost = Config(database_url=str(company.engine.url), seal_key=str(tmp_path / "nowhere"))
    house = company.house

    def publish() -> None:
        with transaction(company.engine) as session:
            house.session = session
            house.draft("v3")
            house.write("v3", "aicha", 11, "Nearly ")
            house.submit("v3")
            house.approve("v3", "mathieu", "comms")
            house.approve("v3", "julie", "legal")
            house.publish("v3")
            keys.seal_published(session, lost, "v3", at=house.tick())

    with pytest.raises(SealKeyMissing) as refusal:
        publish()
    assert refusal.value.facts == {"reason": "lost", "place": str(tmp_path / "nowhere")}
    with transaction(company.engine, read_only=True) as session, pytest.raises(NotPublished):
        sealing.seal_of(session, "v3")


def test_postgresql_without_a_setting_for_the_key_refuses(postgres_engine: Engine) -> None:
    with transaction(postgres_engine) as session, pytest.raises(SealKeyMissing) as refusal:
        keys.signer_of(session, Config(database_url=str(postgres_engine.url)), NOW)
    assert refusal.value.facts["reason"] == "unset"


TAMPERING = {
    "the signature": "UPDATE seal SET signature = REPLACE(REPLACE(signature, '0', '1'), 'a', 'b')",
    "the manifest": "UPDATE seal SET manifest = REPLACE(manifest, 'record 1', 'record 2')",
    "what was printed": "UPDATE seal SET printed = REPLACE(printed, 'Solenne', 'Other')",
    "its key": "UPDATE seal_key SET public_key = REPLACE(REPLACE(public_key, '0', '1'), 'a', 'b')",
    "the text": "UPDATE publication SET title = 'Other'",
    "a decision": "UPDATE sign_off SET remark = 'Other'",
    "a name": "UPDATE printed_name SET name = 'Other'",
    "the whole seal": "DELETE FROM seal WHERE version_id = 'v1'",
}


@pytest.mark.parametrize("what", TAMPERING)
def test_the_audit_finds_what_was_altered_behind_a_seal(company: Published, what: str) -> None:
    from api import triggers

    with company.engine.begin() as connection:
        triggers.drop(connection)
        connection.execute(text(TAMPERING[what]))
        triggers.create(connection)
    assert faults_of(company)


def test_erasing_a_person_leaves_chain_audit_and_bundles_as_they_were(company: Published) -> None:
    before = bundle_of(company)
    with transaction(company.engine) as session:
        session.add(Membership(person_id="aicha", role="admin", from_at=NOW))
        session.add(Person(id="root", email="r@x.example", name="Root", language="en", created_at=NOW))
        people.erase(session, session.get_one(Person, "julie"), at=NOW)
    after = bundle_of(company)
    assert verify(before, check=fits).faults == verify(after, check=fits).faults == []
    assert faults_of(company) == []
    old, new = parts(before), parts(after)
    assert {path for path in old if path.startswith(RECORD) and old[path] != new[path]} == set()
    assert b"Julie" in old["reading/document.html"]
    gone = [path for path in new if b"Julie" in new[path]]
    assert gone == []
    signers = {line["person"]: line for line in json.loads(new[NAMES])["signers"]}
    assert (signers["julie"]["name"], signers["julie"]["salt"]) == (None, None)
    assert "person removed" in new["reading/document.html"].decode()
    assert "person removed" in new["reading/document.md"].decode()
    with transaction(company.engine, read_only=True) as session:
        row = session.get_one(Person, "julie")
        assert (row.name, row.email) == ("Person removed", "julie@removed.invalid")
        assert row.left_at == NOW


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A time-stamp authority of openssl's own, behind HTTP on this machine: its address and its certificate."""
    place = tmp_path_factory.mktemp("authority")
    (place / "tsa.cnf").write_text(
        "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=Test authority\n"
        "[ext]\nextendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:true\n"
        f"[tsa]\ndefault_tsa=one\n[one]\nserial={place}/serial\ncrypto_device=builtin\nsigner_cert={place}/cert.pem\n"
        f"certs={place}/cert.pem\nsigner_key={place}/key.pem\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\n"
        "digests=sha256\naccuracy=secs:1\nordering=yes\ntsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n"
    )
    (place / "serial").write_text("01\n")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-config", "tsa.cnf",
         "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=place, check=True, capture_output=True,
    )  # fmt: skip

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (place / "query.tsq").write_bytes(self.rfile.read(int(self.headers["content-length"])))
            command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr"]
            subprocess.run(command, cwd=place, check=True, capture_output=True)
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write((place / "reply.tsr").read_bytes() if self.path == "/" else b"rubbish")

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", place / "cert.pem"
    server.shutdown()
    server.server_close()


def test_a_time_stamp_is_taken_afterwards_lies_in_the_bundle_and_is_checked(
    company: Published, authority: tuple[str, Path], tmp_path: Path
) -> None:
    address, certificate = authority
    with transaction(company.engine) as session:
        assert stamp_seals(session, address, NOW).stamped == 2
    data = bundle_of(company)
    assert STAMP in parts(data)
    assert verify(data, check=fits, authority=certificate).faults == []
    assert any(note.startswith(STAMP) for note in verify(data, check=fits).notes)
    assert faults_of(company) == []
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout", "/dev/null", "-out",
         "other.pem"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    assert verify(data, check=fits, authority=tmp_path / "other.pem").faults
    first = parts(bundle_of(company, "v1"))[STAMP]
    from exports.evidence_record import stamp_fault

    with transaction(company.engine, read_only=True) as session:
        digest = sealing.seal_of(session, "v2").manifest_hash
    assert stamp_fault(first, digest, certificate)
    assert stamp_fault(first, digest, None)


def test_an_authority_that_is_away_or_answers_rubbish_leaves_the_stamp_waiting(
    company: Published, authority: tuple[str, Path]
) -> None:
    for address in ("http://127.0.0.1:9/", f"{authority[0]}rubbish"):
        with transaction(company.engine) as session:
            done = stamp_seals(session, address, NOW)
        assert (done.stamped, done.waiting) == (0, 2)
        assert address in done.why
    assert verify(bundle_of(company), check=fits).faults == []


def test_a_bundle_from_before_there_were_seals_is_refused_until_it_is_sealed(engine: Engine) -> None:
    from tests.workflow.house import found

    config = Config(database_url=str(engine.url), organisation="Solenne", seal_key=seal_key(engine))
    with transaction(engine) as session:
        found(session).first_edition()
    with transaction(engine) as session:
        with pytest.raises(NotPublished):
            evidence_of(session, config, "v1")
        assert [row.version_id for row in sealing.unsealed(session)] == ["v1"]
        keys.seal_published(session, config, "v1", at=NOW)
        assert verify(evidence_of(session, config, "v1")[1], check=fits).faults == []
        assert audit(session, "g") == []
