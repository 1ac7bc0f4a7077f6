"""The one application of the peer: a page with a text."""
