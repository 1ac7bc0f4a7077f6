"""Promises to publish a version on a day.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the table; nothing is promised yet."""
    op.create_table(
        "schedule",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("change_note", sa.Text(), nullable=False),
        sa.Column("ask_again", sa.Boolean(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"]),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ix_schedule_version_id", "schedule", ["version_id"], unique=False)


def downgrade() -> None:
    """Takes it away."""
    op.drop_index("ix_schedule_version_id", table_name="schedule")
    op.drop_table("schedule")
