"""The summary is signed: the meta data of versions in motion have the hash that counts it.

What was published keeps the hash it was published under; what was signed without the summary is to be signed again.

Revision ID: 0005
Revises: 0004
"""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NEWEST = (
    "SELECT MAX(later.revision) FROM section_revision AS later"
    " WHERE later.version_id = :version AND later.section = 'meta'"
)


def upgrade() -> None:
    """Counts the summary."""
    _rehash(with_summary=True)


def downgrade() -> None:
    """Counts it no longer."""
    _rehash(with_summary=False)


def _rehash(*, with_summary: bool) -> None:
    connection = op.get_bind()
    moving = (
        "SELECT id, title, language, kind, audience, summary FROM version"
        " WHERE summary <> '' AND id NOT IN (SELECT version_id FROM publication)"
    )
    for row in connection.execute(sa.text(moving)).all():
        told = {"title": row.title, "language": row.language, "kind": row.kind, "audience": row.audience}
        if with_summary:
            told["summary"] = row.summary
        connection.execute(
            sa.text(
                "UPDATE section_revision SET hash = :hash WHERE version_id = :version AND section = 'meta'"
                f" AND revision = ({_NEWEST})"
            ),
            {"hash": _digest(told), "version": row.id},
        )


def _digest(value: dict[str, str]) -> str:
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"charte:meta:1\n{written}".encode()).hexdigest()
