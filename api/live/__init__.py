"""Live editing: the authority's end of `docs/live-protocol.md`."""
