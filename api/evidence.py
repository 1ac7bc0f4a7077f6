"""The evidence of a published version as one file: the record sealed with it, and all that makes it readable."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from sqlmodel import Session

from api.config import Config
from api.keys import held_signer
from api.policy_words import Teller
from api.publications import publication_of
from exports.bundle import bundle
from exports.evidence_format import NAMES, RECORD, STAMP
from exports.formats import export
from exports.redline import write_redline
from guidelines.redline import redline
from guidelines.tables import Guideline, Publication
from workflow import handbook, sealing
from workflow.handbook import Entry, document_of
from workflow.policy import Policy
from workflow.proof.report import Report, check
from workflow.tables import TimeStamp

READING: Final = "reading/"
README: Final = """\
Preuves de la version {number} de « {title} »
Evidence of version {number} of “{title}”

record/   Ce qui a été scellé à la publication : texte, approbations, circuit, journal. Sans aucun nom.
          What was sealed at publication: text, sign-offs, policy, log. Without any name.
reading/  Les mêmes choses à lire, les noms des signataires, ce qui a changé, la preuve du circuit.
          The same to be read, the names of the signers, what changed, the proof of the policy.

Vérifier, sans Charte et sans réseau / To check it, without Charte and offline:

    unzip -p FILE.zip verify.py > verify.py
    python3 verify.py FILE.zip --key KEY

KEY : l’identifiant de la clé publique de l’organisation, tenu d’elle par une autre voie.
KEY: the id of the organisation's public key, had from them by another way.
"""


def evidence_of(session: Session, config: Config, version_id: str) -> tuple[str, bytes]:
    """(name, bytes) of a version's bundle: the same bytes as long as key, release and names are the same.

    Raises `NotPublished`, and `SealKeyMissing` where there is nothing to seal the bundle with.
    """
    record = sealing.sealed_record(session, version_id)
    entry = _entry(session, version_id)
    contents = {f"{RECORD}{path}": data for path, data in record.items()}
    contents |= _reading(session, entry)
    if (stamp := session.get(TimeStamp, version_id)) is not None:
        contents[STAMP] = stamp.token
    signer = held_signer(session, config)
    data = bundle(contents, public_key=bytes.fromhex(signer.public_key), sign=signer.sign)
    return f"{entry.guideline.slug}-{entry.number}-evidence.zip", data


def version_named(session: Session, named: str) -> str:
    """The version that `VERSION`, `SLUG` (in force) or `SLUG@NUMBER` names; raises what its absence is."""
    if session.get(Publication, named) is not None:
        return named
    slug, _, number = named.partition("@")
    return handbook.edition(session, slug, number or None).publication.version_id


def _entry(session: Session, version_id: str) -> Entry:
    row = session.get_one(Publication, version_id)
    guideline = session.get_one(Guideline, row.guideline_id)
    return handbook.edition(session, guideline.slug, f"{row.major}.{row.minor}")


def _reading(session: Session, entry: Entry) -> dict[str, bytes]:
    row, value = entry.publication, publication_of(session, entry, organisation="")
    files = {f"document.{format}": export(value, format) for format in ("docx", "html", "md")}
    if (former := _former(session, row.version_id)) is not None:
        found = redline(document_of(former), document_of(row))
        for format in ("html", "json"):
            data = write_redline(found, document_of(row), format, language=row.language, title=row.title)
            files[f"redline.{format}"] = data
    policy = sealing.policy_of(session, row.version_id)
    files["proof.json"] = _written(proof_of(policy.canonical(), policy.name))
    read = {f"{READING}{name}": data for name, data in files.items()}
    signers = [
        {"sign_off": line.sign_off_seq, "person": line.person_id, "name": line.name or None, "salt": line.salt or None}
        for line in sealing.printed_names(session, row.version_id)
    ]
    readme = README.format(number=value.number, title=row.title).encode()
    return {**read, NAMES: _written({"signers": signers}), f"{READING}readme.txt": readme}


def _former(session: Session, version_id: str) -> Publication | None:
    """The version that this one took the place of."""
    facts = json.loads(sealing.record_of(session, version_id)["publication.json"])
    return session.get(Publication, facts["supersedes"]) if facts["supersedes"] else None


def _name(session: Session, row: Publication) -> str:
    return sealing.policy_of(session, row.version_id).name


@lru_cache(maxsize=64)
def proof_of(canonical: str, name: str) -> Mapping[str, Any]:
    """What `charte policy check` finds of a policy, as data; without the seconds that it took."""
    from workflow.policy import check_policy

    policy: Policy = check_policy(json.loads(canonical), name=name)
    report: Report = check(policy)
    theorem = "excluded" if report.nobody_signs_their_own else "second_pair"
    return {
        "policy": {"name": policy.name, "hash": policy.hash},
        "sound": report.sound,
        "states": report.states,
        "transitions": report.transitions,
        "people": report.people,
        "complete": report.complete,
        "bounds": [{"edits": bounds.edits, "events": bounds.events} for bounds in report.bounds],
        "findings": [{language: Teller(language).finding(one) for language in ("fr", "en")} for one in report.findings],
        "theorem": {language: Teller(language).say(theorem) for language in ("fr", "en")} if report.sound else None,
    }


def _written(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
