"""Threads on suggestions, of one team, assigned and due.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds to threads what is new; those from before are everybody's and wait for nobody."""
    op.add_column("thread", sa.Column("suggestion", sa.String(length=48), nullable=False, server_default=""))
    op.add_column("thread", sa.Column("lane", sa.String(length=40), nullable=False, server_default=""))
    # SQLite takes a reference with a new column only where the column's own line declares it.
    reference = " REFERENCES person (id)"
    op.execute(f"ALTER TABLE thread ADD COLUMN assigned_to VARCHAR{reference}")
    op.add_column("thread", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("thread", sa.Column("changes", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Takes it away; SQLite drops no column that refers to another table, so the table is made anew."""
    with op.batch_alter_table("thread") as table:
        for name in ("changes", "due_on", "assigned_to", "lane", "suggestion"):
            table.drop_column(name)
