"""Alembic's scripts: how each release brings a database forward."""
