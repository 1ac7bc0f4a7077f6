"""Word's own numbering, made to count exactly as `exports.numbering` and `exports.lists` do.

Headings and clauses share one multi-level list, as they share one counter. Word and others disagree on what a skipped
level counts as; a heading under a skipped level therefore stands in a list of its own that writes the parents' numbers
out and counts only its own. Each numbered list is a `num` that states its first number.
"""

from typing import Final

from exports.word_package import HEAD, W

HANG: Final = 850
STEP: Final = 397

_BULLETS: Final = ("•", "–", "▪")
_HEADINGS, _BULLET, _NUMBER = 0, 1, 2
MAIN, BULLETS = 1, 2


class Numbering:
    """Hands out list ids while the body is written, then gives the part."""

    def __init__(self, linked: dict[int, int]) -> None:
        #: Heading level to level of the main list.
        self.linked = linked
        self._abstract: list[str] = []
        self._nums: list[str] = []
        self._lists: dict[int, int] = {}
        self._counted: list[int] = []
        self._aside: dict[tuple[int, ...], tuple[int, int]] = {}

    def heading(self, number: str) -> tuple[int, int]:
        """(level, list id) for a heading or clause that must show this number."""
        path = tuple(map(int, number.split(".")))
        depth = len(path)
        parents, own = path[:-1], path[-1]
        counted = self._counted[depth - 1] if len(self._counted) >= depth else 0
        if tuple(self._counted[: depth - 1]) == parents and counted + 1 == own:
            del self._counted[depth - 1 :]
            self._counted.append(own)
            return depth - 1, MAIN
        last = self._aside.get(parents)
        if last is None or last[1] + 1 != own:
            last = (self._written_out(parents, own), own - 1)
        self._aside[parents] = (last[0], own)
        return depth - 1, last[0]

    def item(self, serial: int, level: int, start: int) -> int:
        """The list id of a numbered list, known by its serial; `start` is its first number."""
        found = self._lists.get(serial)
        if found is None:
            found = self._lists[serial] = self._num(
                _NUMBER,
                f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>',
            )
        return found

    def part(self) -> str:
        """The whole of numbering.xml."""
        main = "".join(
            _level(level, "decimal", ".".join(f"%{n}" for n in range(1, level + 2)), 0, HANG, style=self._style(level))
            for level in range(9)
        )
        bullets = "".join(_level(level, "bullet", _BULLETS[level % 3], *_indent(level)) for level in range(9))
        numbers = "".join(_level(level, "decimal", f"%{level + 1}.", *_indent(level)) for level in range(9))
        return (
            f'{HEAD}<w:numbering xmlns:w="{W}">'
            + _abstract(_HEADINGS, main)
            + _abstract(_BULLET, bullets)
            + _abstract(_NUMBER, numbers)
            + "".join(self._abstract)
            + f'<w:num w:numId="{MAIN}"><w:abstractNumId w:val="{_HEADINGS}"/></w:num>'
            + f'<w:num w:numId="{BULLETS}"><w:abstractNumId w:val="{_BULLET}"/></w:num>'
            + "".join(self._nums)
            + "</w:numbering>"
        )

    def _written_out(self, parents: tuple[int, ...], start: int) -> int:
        depth = len(parents)
        label = ".".join([*map(str, parents), f"%{depth + 1}"])
        number = 3 + len(self._abstract)
        self._abstract.append(_abstract(number, _level(depth, "decimal", label, 0, HANG, start=start)))
        return self._num(number, "")

    def _num(self, abstract: int, override: str) -> int:
        number = BULLETS + 1 + len(self._nums)
        self._nums.append(f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{override}</w:num>')
        return number

    def _style(self, level: int) -> str:
        found = [f'<w:pStyle w:val="Heading{heading}"/>' for heading, own in self.linked.items() if own == level]
        return found[0] if found else ""


def _abstract(number: int, levels: str) -> str:
    return (
        f'<w:abstractNum w:abstractNumId="{number}"><w:nsid w:val="{0x0C4A0000 + number:08X}"/>'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )


def _level(level: int, form: str, label: str, left: int, hanging: int, *, style: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{style}'
        f'<w:lvlText w:val="{label}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{left}" w:hanging="{hanging}"/></w:pPr></w:lvl>'
    )


def _indent(level: int) -> tuple[int, int]:
    return (level + 1) * STEP, STEP
