"""Which list each item stands in, and its number there: the same on the page and in Word.

The document keeps lists as attributes of paragraphs (`list`, `indent`, `start`). A list ends where a paragraph stands
outside any list or box, where an item of a shallower indent follows, where its kind changes, or where an item states
its own `start`.
"""

from dataclasses import dataclass

from guidelines.document import Node


@dataclass(frozen=True, slots=True)
class Item:
    """A numbered item's place: the serial of its list within the document, and its number in that list."""

    list: int
    number: int


class Lists:
    """Counts the items of one container (the document or a cell), block after block."""

    def __init__(self, serial: int = 0) -> None:
        self.serial = serial
        #: For each indent the list that stands open: kind, box, serial, last number.
        self._open: list[tuple[str, object, int, int] | None] = []

    def place(self, block: Node) -> Item | None:
        """The block's place when it is a numbered item; every block of the container must be shown, in order."""
        attrs = block.attrs
        if block.type != "paragraph" or not (attrs.get("list") or attrs.get("indent")):
            self._open.clear()
            return None
        kind, box, indent = block.attr("list"), block.attr("box"), int(block.attr("indent"))
        if kind is None:
            del self._open[indent:]
            return None
        del self._open[indent + 1 :]
        while len(self._open) < indent:
            self._open.append(None)
        start = block.attr("start")
        last = self._open.pop() if len(self._open) > indent else None
        if last is None or last[:2] != (kind, box) or (start is not None and kind == "number"):
            self.serial += 1
            last = (kind, box, self.serial, (1 if start is None else int(start)) - 1)
        self._open.append((kind, box, last[2], last[3] + 1))
        return Item(last[2], last[3] + 1) if kind == "number" else None


def in_list(block: Node) -> bool:
    """Whether the block is an item or a paragraph that continues one; a heading never is."""
    if block.type != "paragraph":
        return False
    return block.attr("list") is not None or block.attr("indent") > 0
