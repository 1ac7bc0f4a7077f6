"""The words that changed between two texts, as runs that read like a lawyer's mark-up.

The texts become word tokens, each token one private character, and those strings are compared. A clean-up on tokens
follows: lone words between changes are absorbed, common ends are given back, and pure insertions and removals slide
to where a sentence or a word starts. Run boundaries are always token boundaries; the runs rebuild both texts exactly.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from guidelines.differences import Difference, differences, shared_head, shared_tail
from guidelines.tokens import is_function_word, is_word, tokens

RunOp = Literal["=", "-", "+"]


class Run(NamedTuple):
    """A stretch of text: kept `=`, removed `-` or added `+`."""

    op: RunOp
    text: str


@dataclass(slots=True)
class Hunk:
    """What stands before a change unchanged, what it removes and what it adds: strings of private characters."""

    kept: str
    removed: str
    added: str


#: Unchanged text kept beside a change, so that a pure insertion can slide to the start of its sentence.
_MARGIN: Final = 80
#: A lone content word is absorbed between two changes of at least this many words each.
_LONG_CHANGE: Final = 4
_SENTENCE_ENDS: Final = frozenset(".!?…:;")


def word_runs(old: str, new: str, *, accelerated: bool = True, alphabet: "Alphabet | None" = None) -> tuple[Run, ...]:
    """What was kept, removed and added, in reading order; removed stands before added.

    `accelerated` allows the C++ core where it is installed; the runs are the same with and without. Texts that are
    compared one after the other may share an `alphabet`: then each word is looked at once.
    """
    if old == new:
        return (Run("=", old),) if old else ()
    head, tail = _cut(old, new)
    alphabet = alphabet or Alphabet()
    before = alphabet.encode(old[head : len(old) - tail])
    after = alphabet.encode(new[head : len(new) - tail])
    hunks, rest = _hunks(differences(before, after, accelerated=accelerated))
    hunks, rest = _slid(hunks, rest, alphabet)
    if len(hunks) > 1:
        hunks, rest = _factored(_absorbed(hunks, alphabet), rest)
        hunks, rest = _slid(hunks, rest, alphabet)
    return _runs(old[:head], hunks, rest, old[len(old) - tail :], alphabet)


def _cut(old: str, new: str) -> tuple[int, int]:
    """How much of both ends can be left untokenised: up to plain spaces, where tokens always end."""
    most = min(len(old), len(new))
    head = shared_head(old, new, most)
    tail = shared_tail(old, new, most - head)
    first = old.rfind(" ", 0, max(0, head - _MARGIN)) + 1
    last = old.find(" ", len(old) - tail + _MARGIN)
    return first, len(old) - last if last >= 0 else 0


@dataclass(slots=True)
class Alphabet:
    """One private character per distinct token, surrogates left out, with each character's kind."""

    characters: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    #: What stands between two spaces, with its letters.
    words: dict[str, str] = field(default_factory=dict)

    def encode(self, text: str) -> str:
        """The text's tokens as letters. Nothing looks across a plain space, so each word is tokenised once."""
        pieces = text.split(" ")
        words = self.words
        for piece in dict.fromkeys(pieces):
            if piece not in words:
                plain = piece.isalpha()
                letters = self._letter(piece) if plain else "".join([self._letter(token) for token in tokens(piece)])
                words[piece] = letters
        return (self._letter(" ") if len(pieces) > 1 else "").join([words[piece] for piece in pieces])

    def _letter(self, token: str) -> str:
        letter = self.characters.get(token)
        if letter is None:
            index = len(self.characters) + 1
            letter = self.characters[token] = chr(index if index < 0xD800 else index + 0x800)
            self.tokens[letter] = token
        return letter

    def decode(self, letters: str) -> str:
        return "".join([self.tokens[letter] for letter in letters])

    def kind(self, letter: str) -> str:
        """`sign`, `space`, `break`, `function` or `content`."""
        kind = self.kinds.get(letter)
        if kind is None:
            kind = self.kinds[letter] = _kind(self.tokens[letter])
        return kind

    def count(self, letters: str) -> int:
        """How many words the letters stand for."""
        return sum(self.kind(letter) in ("function", "content") for letter in letters)


def _kind(token: str) -> str:
    if token == "\n":
        return "break"
    if token.isspace():
        return "space"
    if not is_word(token):
        return "sign"
    return "function" if is_function_word(token) else "content"


def _hunks(found: Iterable[Difference]) -> tuple[list[Hunk], str]:
    """The differences as hunks, and what is kept after the last."""
    hunks: list[Hunk] = []
    kept = ""
    open_ = False
    for sign, letters in found:
        if sign == 0:
            kept, open_ = kept + letters, open_ and not letters
            continue
        if not open_:
            hunks.append(Hunk(kept, "", ""))
            kept, open_ = "", True
        if sign < 0:
            hunks[-1].removed += letters
        else:
            hunks[-1].added += letters
    return hunks, kept


def _absorbed(hunks: list[Hunk], alphabet: Alphabet) -> list[Hunk]:
    """Changes joined over what is too little to be read between them."""
    joined = [hunks[0]]
    for hunk in hunks[1:]:
        last = joined[-1]
        if _is_noise(hunk.kept, last, hunk, alphabet):
            joined[-1] = Hunk(last.kept, last.removed + hunk.kept + hunk.removed, last.added + hunk.kept + hunk.added)
        else:
            joined.append(hunk)
    return joined


def _is_noise(kept: str, last: Hunk, next_: Hunk, alphabet: Alphabet) -> bool:
    """Spaces and signs, one or two function words, or one content word between long changes; never a line break."""
    if len(kept) > 8:
        return False
    kinds = [alphabet.kind(letter) for letter in kept]
    content, function = kinds.count("content"), kinds.count("function")
    if "break" in kinds or content > 1 or function > 2:
        return False
    one_sided = not (last.removed or next_.removed) or not (last.added or next_.added)
    if content == 0:
        return not one_sided or (function == 0 and "sign" not in kinds)
    if function > 1:
        return False
    return min(_words(last, alphabet), _words(next_, alphabet)) >= _LONG_CHANGE


def _words(hunk: Hunk, alphabet: Alphabet) -> int:
    return alphabet.count(hunk.removed) + alphabet.count(hunk.added)


def _factored(hunks: list[Hunk], rest: str) -> tuple[list[Hunk], str]:
    """The tokens a change removes and adds alike at its ends are given back to what is kept."""
    given: list[Hunk] = []
    carried = ""
    for hunk in hunks:
        removed, added = hunk.removed, hunk.added
        head = shared_head(removed, added, min(len(removed), len(added)))
        tail = shared_tail(removed, added, min(len(removed), len(added)) - head)
        given.append(
            Hunk(
                carried + hunk.kept + removed[:head],
                removed[head : len(removed) - tail],
                added[head : len(added) - tail],
            )
        )
        carried = removed[len(removed) - tail :]
    return given, carried + rest


def _slid(hunks: list[Hunk], rest: str, alphabet: Alphabet) -> tuple[list[Hunk], str]:
    """Pure insertions and removals moved, where the text allows it, to the most natural boundaries."""
    for index, hunk in enumerate(hunks):
        if bool(hunk.removed) == bool(hunk.added):
            continue
        after = hunks[index + 1].kept if index + 1 < len(hunks) else rest
        kept, change, after = _best_place(hunk.kept, hunk.removed or hunk.added, after, alphabet)
        hunks[index] = Hunk(kept, change, "") if hunk.removed else Hunk(kept, "", change)
        if index + 1 < len(hunks):
            hunks[index + 1].kept = after
        else:
            rest = after
    return hunks, rest


def _best_place(before: str, change: str, after: str, alphabet: Alphabet) -> tuple[str, str, str]:
    """Among all the places where the same change gives the same text, the one with the cleanest two edges."""
    left = 0
    while left < len(before) and before[-1 - left] == change[-1 - left % len(change)]:
        left += 1
    right = 0
    while right < len(after) and after[right] == change[right % len(change)]:
        right += 1
    if left == right == 0:
        return before, change, after
    line = before + change + after
    start = len(before)
    size = len(change)
    best = max(
        range(start - left, start + right + 1),
        key=lambda at: (_edge(line, at, alphabet) + _edge(line, at + size, alphabet), -abs(at - start)),
    )
    return line[:best], line[best : best + size], line[best + size :]


def _edge(line: str, at: int, alphabet: Alphabet) -> int:
    """How natural a boundary is: a text's or line's end, a sentence's start or end, a word's start, a word's end."""
    if at == 0 or at == len(line):
        return 5
    left, right = alphabet.kind(line[at - 1]), alphabet.kind(line[at])
    if "break" in (left, right):
        return 5
    if left == "space":
        return 4 if at > 1 and alphabet.tokens[line[at - 2]] in _SENTENCE_ENDS else 2
    if right == "space":
        return 3 if alphabet.tokens[line[at - 1]] in _SENTENCE_ENDS else 1
    return 0


def _runs(head: str, hunks: list[Hunk], rest: str, tail: str, alphabet: Alphabet) -> tuple[Run, ...]:
    runs: list[Run] = []
    kept = head
    for hunk in hunks:
        kept += alphabet.decode(hunk.kept)
        if not hunk.removed and not hunk.added:
            continue
        if kept:
            runs.append(Run("=", kept))
            kept = ""
        if hunk.removed:
            _extend(runs, "-", alphabet.decode(hunk.removed))
        if hunk.added:
            _extend(runs, "+", alphabet.decode(hunk.added))
    kept += alphabet.decode(rest) + tail
    if kept:
        runs.append(Run("=", kept))
    return tuple(runs)


def _extend(runs: list[Run], op: RunOp, text: str) -> None:
    """Adds a change; one that slid against its neighbour joins it, removed before added."""
    if runs and runs[-1].op == op:
        runs[-1] = Run(op, runs[-1].text + text)
    elif op == "-" and runs and runs[-1].op == "+":
        if len(runs) > 1 and runs[-2].op == "-":
            runs[-2] = Run("-", runs[-2].text + text)
        else:
            runs.insert(-1, Run("-", text))
    else:
        runs.append(Run(op, text))
