"""Alembic's environment: the only place that sees the tables of every package."""

from alembic import context
from sqlmodel import SQLModel, create_engine

import api.tables  # noqa: F401
import guidelines.tables  # noqa: F401
import workflow.policy_tables
import workflow.tables  # noqa: F401

connection = context.config.attributes.get("connection")
if connection is None:
    connection = create_engine(context.config.get_main_option("sqlalchemy.url", "")).connect()
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
