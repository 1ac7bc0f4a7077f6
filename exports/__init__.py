"""How a document looks outside: bytes from a value, with neither database nor web."""
