"""What people type beside a document, such as titles, comments, reasons and names: it must read as it is stored."""

from guidelines.errors import InvalidField
from guidelines.schema import TURNING


def turns(text: str) -> bool:
    """Whether a hidden sign in the text turns the direction of what follows it."""
    return not TURNING.isdisjoint(text)


def refuse_turning(**texts: str) -> None:
    """Raises `InvalidField`, named after the field, for the first text that holds such a sign."""
    for field, text in texts.items():
        if turns(text):
            raise InvalidField(field=field, problem="turning")
