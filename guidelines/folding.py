"""Text folded for search: neither accents nor case nor typography stand between a reader and the words."""

import re
import unicodedata

_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ı": "i", "ł": "l", "đ": "d", "’": "'", "‘": "'", "“": '"', "”": '"'}
)
_SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """The text in lower case, without accents, with straight quotes and single spaces."""
    plain_case = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    spread = unicodedata.normalize("NFKD", plain_case)
    plain = "".join(character for character in spread if not unicodedata.combining(character))
    return _SPACES.sub(" ", plain).strip()
