"""What was said of the class of a change, and the class that a version was published with.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the table and the columns; of what was published before nobody said a class."""
    op.create_table(
        "class_statement",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(length=40), nullable=False),
        sa.Column("said", sa.String(length=20), nullable=False),
        sa.Column("change", sa.String(length=20), nullable=False),
        sa.Column("proposed", sa.String(length=20), nullable=False),
        sa.Column("anchor_hash", sa.String(length=64), nullable=False),
        sa.Column("words_hash", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"]),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ix_class_statement_version_id", "class_statement", ["version_id"], unique=False)
    op.add_column("publication", sa.Column("change", sa.String(length=20), nullable=True))
    op.add_column("publication", sa.Column("asks_again", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Takes them away."""
    op.drop_column("publication", "asks_again")
    op.drop_column("publication", "change")
    op.drop_index("ix_class_statement_version_id", table_name="class_statement")
    op.drop_table("class_statement")
