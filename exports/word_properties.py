"""What a Word file says about itself: core properties, and Charte's own that tie the file to its version."""

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Final

from exports.publication import Publication
from exports.word_package import HEAD
from exports.word_template import LOCALES

_CORE: Final = (
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
_EXTENDED: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_OWN_FORM: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def properties(publication: Publication) -> Mapping[str, str]:
    """The three property parts of a published version."""
    return {
        "docProps/core.xml": core(
            publication.title,
            publication.language,
            subject=publication.audience or publication.kind,
            creator=publication.organisation,
            at=publication.published_at,
            number=publication.number,
            description=publication.summary,
        ),
        "docProps/app.xml": application(publication.organisation),
        "docProps/custom.xml": _custom(
            {
                "charte:guideline": publication.slug,
                "charte:guideline_id": publication.guideline_id,
                "charte:version": publication.number,
                "charte:document_sha256": publication.document_hash,
                "charte:policy_sha256": publication.policy_hash,
                "charte:owner_team": publication.owner_team,
            }
        ),
    }


def core(
    title: str,
    language: str,
    *,
    subject: str = "",
    creator: str = "",
    at: datetime | None = None,
    number: str = "",
    description: str = "",
) -> str:
    """The core properties; what is not known is left out."""
    parts = [
        ("dc:title", title),
        ("dc:subject", subject),
        ("dc:creator", creator),
        ("dc:description", description),
        ("dc:language", LOCALES[language]),
        ("cp:lastModifiedBy", creator),
        ("cp:version", number),
    ]
    text = "".join(f"<{name}>{escape(value, quote=False)}</{name}>" for name, value in parts if value)
    if at is not None:
        moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        text += "".join(
            f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{moment}</dcterms:{name}>' for name in ("created", "modified")
        )
    return f"{HEAD}<cp:coreProperties {_CORE}>{text}</cp:coreProperties>"


def application(company: str = "") -> str:
    """Which program wrote the file, and for whom."""
    own = f"<Company>{escape(company, quote=False)}</Company>" if company else ""
    return (
        f'{HEAD}<Properties xmlns="{_EXTENDED}/extended-properties"><Application>Charte</Application>{own}</Properties>'
    )


def _custom(values: Mapping[str, str]) -> str:
    lines = "".join(
        f'<property fmtid="{_OWN_FORM}" pid="{number}" name="{name}">'
        f"<vt:lpwstr>{escape(value, quote=False)}</vt:lpwstr></property>"
        for number, (name, value) in enumerate(values.items(), 2)
        if value
    )
    return (
        f'{HEAD}<Properties xmlns="{_EXTENDED}/custom-properties" xmlns:vt="{_EXTENDED}/docPropsVTypes">'
        f"{lines}</Properties>"
    )
