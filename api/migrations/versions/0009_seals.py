"""What a decision is proved by, the names it was made under, keys, seals and time-stamps.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_FIELDS = (
    ("membership_id", sa.Integer()),
    ("role", sa.String(length=20)),
    ("view_hash", sa.String(length=64)),
    ("name_hash", sa.String(length=64)),
)


def upgrade() -> None:
    """Adds them; of former decisions nothing more is known, and former publications are sealed by a command."""
    for name, kind in _FIELDS:
        op.add_column("sign_off", sa.Column(name, kind, nullable=True))
    op.create_table(
        "printed_name",
        sa.Column("sign_off_seq", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["sign_off_seq"], ["sign_off.seq"]),
        sa.PrimaryKeyConstraint("sign_off_seq"),
    )
    op.create_index("ix_printed_name_person_id", "printed_name", ["person_id"])
    op.create_table(
        "seal_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "seal",
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("manifest_hash", sa.String(length=64), nullable=False),
        sa.Column("printed", sa.Text(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["seal_key.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"]),
        sa.PrimaryKeyConstraint("version_id"),
    )
    op.create_table(
        "time_stamp",
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("manifest_hash", sa.String(length=64), nullable=False),
        sa.Column("authority", sa.String(length=500), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["seal.version_id"]),
        sa.PrimaryKeyConstraint("version_id"),
    )


def downgrade() -> None:
    """Takes them away."""
    for name in ("time_stamp", "seal", "seal_key", "printed_name"):
        op.drop_table(name)
    for name, _ in reversed(_FIELDS):
        op.drop_column("sign_off", name)
