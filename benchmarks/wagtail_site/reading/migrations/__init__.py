"""The table of the peer's page."""
