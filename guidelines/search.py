"""Search by words: texts indexed by stems, sections ranked by how many words they hold and where, passages cut out.

Accents, case and typography do not count, nor do plurals and common endings. Everything is computed from the texts
alone, so that the answers are the same whatever database they lie in.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from threading import Lock
from typing import Final

import snowballstemmer

from guidelines.document import Node, inline_text, textblocks
from guidelines.folding import fold
from guidelines.sections import Section, sections
from guidelines.stop_words import STOP_WORDS

MOST_WORDS: Final = 32
#: Letters from which the beginning of a word stands for it.
BEGINNING: Final = 4
PASSAGE: Final = 220
BETWEEN_CELLS: Final = " · "
_WORD: Final = re.compile(r"[\w\u0300-\u036f]+")
_STEMMERS: Final = {"fr": snowballstemmer.stemmer("french"), "en": snowballstemmer.stemmer("english")}
_STEMMING: Final = Lock()
_COMMON: Final = frozenset[str]().union(*STOP_WORDS.values())


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a passage's words: found, or standing around what was found."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A section as search sees it: its heading's words and its text's, folded."""

    section: Section
    text: str
    heading: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Indexed:
    """A text that can be searched: every word in it by its stem, and where it stands."""

    title: str
    language: str
    title_words: frozenset[str]
    vocabulary: tuple[str, ...]
    stems: dict[str, frozenset[str]]
    parts: tuple[Part, ...]

    def matching(self, word: str) -> frozenset[str]:
        """The words of the text that one looked for stands for: of the same stem, or beginning with it."""
        same = self.stems.get(stem(word, self.language), frozenset())
        if len(word) < BEGINNING:
            return same
        onwards = self.vocabulary[bisect_left(self.vocabulary, word) :]
        return same.union(takewhile(lambda other: other.startswith(word), onwards))


@dataclass(frozen=True, slots=True)
class Found:
    """A section that holds some of the words looked for, of the text at a place in the list."""

    place: int
    section: Section
    passage: tuple[Piece, ...]
    #: Whether all the words stand in the text's title.
    in_title: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, and the words that stand in no text at all, as they were typed."""

    found: tuple[Found, ...]
    unmatched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Held:
    rank: tuple[int, ...]
    place: int
    part: int
    marked: frozenset[str]
    whole_title: bool


def index(title: str, language: str, document: Node) -> Indexed:
    """The text made ready to be searched."""
    parts = []
    for section in sections(document):
        text = _section_text(section)
        parts.append(Part(section, text, frozenset(_folded(section.title)), frozenset(_folded(text))))
    if not parts:
        parts.append(Part(Section("front", 0, "", (), ""), "", frozenset(), frozenset()))
    title_words = frozenset(_folded(title))
    vocabulary = title_words.union(*(part.heading | part.words for part in parts))
    stems: dict[str, set[str]] = {}
    for word in vocabulary:
        stems.setdefault(stem(word, language), set()).add(word)
    return Indexed(
        title,
        language,
        title_words,
        tuple(sorted(vocabulary)),
        {name: frozenset(words) for name, words in stems.items()},
        tuple(parts),
    )


def search(asked: str, texts: Sequence[Indexed], *, most: int) -> Answer:
    """The sections that hold words asked for, ranked; those with less than half of what the best one has are left out.

    First comes the text whose title was asked for, then what holds most of the words, in the title, the heading, the
    text. Words too common to tell texts apart are looked for only when there are no others; those common in another
    language weigh less: what they say depends on which one was meant.
    """
    typed = _typed(asked)
    exact = " ".join(_folded(asked))
    held: list[_Held] = []
    seen: set[str] = set()
    for place, text in enumerate(texts):
        matches = {word: text.matching(word) for word in _wanted(typed, text.language)}
        seen.update(word for word, words in matches.items() if words)
        held += _held(place, text, matches, exact=" ".join(_folded(text.title)) == exact)
    best = max((hit.rank[1] for hit in held), default=0)
    kept = sorted((hit for hit in held if hit.rank[0] or 2 * hit.rank[1] >= best), key=_rank, reverse=True)
    missed = {word: shown for word, shown in typed.items() if word not in seen}
    named = [shown for word, shown in missed.items() if word not in _COMMON] or ([] if held else missed.values())
    return Answer(tuple(_shown(hit, texts) for hit in kept[:most]), tuple(named))


@lru_cache(maxsize=65_536)
def stem(word: str, language: str) -> str:
    """A folded word without its ending."""
    stemmer = _STEMMERS.get(language)
    if stemmer is None:
        return word
    with _STEMMING:  # a stemmer keeps the word that it is at
        return str(stemmer.stemWord(word))


def _typed(asked: str) -> dict[str, str]:
    """The words asked for, folded, each with how it was typed first."""
    typed: dict[str, str] = {}
    for shown in _WORD.findall(unicodedata.normalize("NFC", asked)):
        for word in fold(shown).split():
            typed.setdefault(word, shown)
    return dict(list(typed.items())[:MOST_WORDS])


def _wanted(typed: Collection[str], language: str) -> list[str]:
    telling = [word for word in typed if word not in STOP_WORDS.get(language, ())]
    return telling or list(typed)


def _held(place: int, text: Indexed, matches: dict[str, frozenset[str]], *, exact: bool) -> Iterator[_Held]:
    """The sections of a text that hold something; its first one for a title that does."""
    marked = frozenset[str]().union(*matches.values())
    in_title = {word for word, words in matches.items() if words & text.title_words}
    for number, part in enumerate(text.parts if marked else ()):
        in_heading = {word for word, words in matches.items() if words & part.heading}
        in_text = {word for word, words in matches.items() if words & part.words}
        if in_heading or in_text or (in_title and number == 0):
            held = in_title | in_heading | in_text
            counts = (len(held - _COMMON), len(held), len(in_title), len(in_heading), len(in_text))
            rank = (int(exact), *counts, -place, -number)
            yield _Held(rank, place, number, marked, len(in_title) == len(matches))


def _rank(held: _Held) -> tuple[int, ...]:
    return held.rank


def _shown(held: _Held, texts: Sequence[Indexed]) -> Found:
    part = texts[held.place].parts[held.part]
    return Found(held.place, part.section, passage(part.text, held.marked), held.whole_title)


def passage(text: str, marked: frozenset[str]) -> tuple[Piece, ...]:
    """The stretch of a text that holds most of the different words, marked; its beginning where there is none."""
    places = [(match.start(), match.end(), fold(match.group())) for match in _WORD.finditer(text)]
    hits = [(start, end, word) for start, end, word in places if not marked.isdisjoint(word.split())]
    start, end = _stretch(text, hits)
    pieces: list[Piece] = [Piece("… ", False)] if start else []
    at = start
    for left, right, _ in hits:
        if start <= left and right <= end:
            if at < left:
                pieces.append(Piece(text[at:left], False))
            pieces.append(Piece(text[left:right], True))
            at = right
    if at < end:
        pieces.append(Piece(text[at:end], False))
    return (*pieces, *([Piece(" …", False)] if end < len(text) else []))


def _stretch(text: str, hits: Sequence[tuple[int, int, str]]) -> tuple[int, int]:
    """Where to cut, at spaces, around the hits that show most."""
    first, last = 0, 0
    if hits:
        room = PASSAGE // 2
        windows = [
            [hit, *(other for other in hits[place + 1 : place + room] if other[1] <= hit[0] + room)]
            for place, hit in enumerate(hits)
        ]
        window = max(windows, key=lambda inside: len({word for _, _, word in inside}))
        first, last = window[0][0], window[-1][1]
    spare = max(0, PASSAGE - (last - first)) // 2
    start = text.rfind(" ", 0, first - spare) + 1 if first > spare else 0
    end = text.find(" ", max(last, start + PASSAGE))
    return start, len(text) if end < 0 else end


def _folded(text: str) -> Iterator[str]:
    for match in _WORD.finditer(unicodedata.normalize("NFC", text)):
        yield from fold(match.group()).split()


def _section_text(section: Section) -> str:
    """The section's words after its heading, in one line; cells of a table stand apart."""
    found = [words for block in section.blocks if block.type != "heading" for words in _lines(block)]
    return unicodedata.normalize("NFC", " ".join(found))


def _lines(block: Node) -> Iterable[str]:
    if block.is_textblock:
        return [" ".join(inline_text(block).split())]
    cells = (" ".join(inline_text(text).split()) for text in textblocks(block))
    return [BETWEEN_CELLS.join(words for words in cells if words)]
