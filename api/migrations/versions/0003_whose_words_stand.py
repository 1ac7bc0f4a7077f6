"""Whose words stand in a section, and which words commits took away; rows from before do not know.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds both to the sections' history."""
    op.add_column("section_revision", sa.Column("makers", sa.Text(), nullable=False, server_default=""))
    op.add_column("section_revision", sa.Column("lost", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Takes both away."""
    op.drop_column("section_revision", "lost")
    op.drop_column("section_revision", "makers")
