"""The REST interface: the same acts as the pages, in JSON."""
