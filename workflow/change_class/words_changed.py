"""What changed between two stretches of words in one language, each change with its reason."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from guidelines.tokens import is_function_word, is_word, tokens
from workflow.change_class.findings import OF_TRIGGER, Finding, Why
from workflow.change_class.triggers import Trigger, trigger_of

#: More words than these on one side of one change are read as new words.
LONGEST: Final = 5
#: Two words that share this much of their letters are one word spelled otherwise.
NEARLY: Final = 0.75
#: A search for the changes costs the product of both lengths; longer stretches are given as replaced.
MOST_TOKENS: Final = 4_000
_SENTENCE_ENDS: Final = frozenset(".!?")
_OPENING: Final = frozenset("\"'(“[")
_AMOUNT_SIGNS: Final = frozenset("€$£¥%‰°±+<>=×÷≤≥§#&/")
_NEGATIVE: Final = ("un", "in", "im", "il", "ir", "non", "non-", "dis", "mis", "a", "dé", "més", "mal", "anti", "anti-")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the words are judged by: a language that has lists, the company's own names, the text's defined terms."""

    language: str
    names: frozenset[str] = frozenset()
    terms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hunk:
    """One change: the tokens of both sides, and where they begin."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    old_at: int
    new_at: int

    @property
    def words(self) -> int:
        """The words of the longer side."""
        return max(sum(map(is_word, self.old)), sum(map(is_word, self.new)))


def said(text: str) -> list[str]:
    """The text's tokens without its spaces."""
    return [token for token in tokens(text) if not token.isspace()]


def says(token: str) -> bool:
    """Whether the token carries meaning by itself: a word, a number, or a sign of an amount."""
    return is_word(token) or bool(set(token) & _AMOUNT_SIGNS)


def hunks(old: Sequence[str], new: Sequence[str]) -> list[Hunk]:
    """The changes that lead from one list of tokens to the other, in order."""
    if len(old) + len(new) > MOST_TOKENS:
        return [Hunk(tuple(old), tuple(new), 0, 0)] if list(old) != list(new) else []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [Hunk(tuple(old[i:k]), tuple(new[j:m]), i, j) for op, i, k, j, m in matcher.get_opcodes() if op != "equal"]


def findings(old: Sequence[str], new: Sequence[str], lexicon: Lexicon) -> list[Finding]:
    """Every reason for the changes between two lists of tokens."""
    found: list[Finding] = []
    for hunk in hunks(old, new):
        before, after = " ".join(hunk.old), " ".join(hunk.new)
        found += [Finding(why, before, after) for why in _reasons(hunk, old, new, lexicon)]
    return found


def terms_of(texts: Sequence[str]) -> frozenset[str]:
    """The words that stand capitalised inside sentences at least twice: terms that the text defines, or names."""
    counts: Counter[str] = Counter()
    for text in texts:
        words = said(text)
        counts.update(word.casefold() for place, word in enumerate(words) if _is_capital(words, place))
    return frozenset(word for word, count in counts.items() if count >= 2)


def _reasons(hunk: Hunk, old: Sequence[str], new: Sequence[str], lexicon: Lexicon) -> Iterator[Why]:
    gone, come = _words(hunk.old), _words(hunk.new)
    if any(says(token) and not is_word(token) for token in (*hunk.old, *hunk.new)):
        yield Why.FIGURE
    if not gone and not come:
        yield Why.PUNCTUATION
        return
    if [word.casefold() for word in gone] == [word.casefold() for word in come]:
        yield Why.CASE if all(map(_only_case, gone, come)) else Why.NAME
        return
    yield from _by_word(hunk, old, new, lexicon)
    if max(len(gone), len(come)) > LONGEST:
        yield Why.LONG
    yield from _by_content(hunk, old, new, lexicon)


def _by_word(hunk: Hunk, old: Sequence[str], new: Sequence[str], lexicon: Lexicon) -> Iterator[Why]:
    """The reasons that one word gives by itself, whichever side it stands on."""
    for side, start, other, text in (
        (hunk.old, hunk.old_at, hunk.new, old),
        (hunk.new, hunk.new_at, hunk.old, new),
    ):
        left = Counter(word.casefold() for word in other)
        for place, word in enumerate(side):
            if not is_word(word):
                continue
            if left[word.casefold()] > 0:
                left[word.casefold()] -= 1
                continue
            if trigger := trigger_of(word, lexicon.language):
                yield OF_TRIGGER[trigger]
            if "@" in word or "://" in word or word.startswith("www."):
                yield Why.CONTACT
            elif any(character.isdigit() for character in word):
                yield Why.FIGURE
            if word.casefold() in lexicon.names:
                yield Why.PARTY
            elif word.casefold() in lexicon.terms:
                yield Why.TERM
            elif _is_capital(text, start + place):
                yield Why.NAME


def _by_content(hunk: Hunk, old: Sequence[str], new: Sequence[str], lexicon: Lexicon) -> Iterator[Why]:
    """The reasons that lie in content words: gained, lost, turned round or replaced."""
    gone = [word for word in _words(hunk.old) if not is_function_word(word)]
    come = [word for word in _words(hunk.new) if not is_function_word(word)]
    if come and not gone:
        yield Why.WORD_ADDED
    elif gone and not come:
        yield Why.WORD_REMOVED
    elif not gone:
        yield Why.WORDING
    elif _turned_round(gone, come):
        yield Why.PREFIX
    elif len(gone) == len(come) and all(map(_nearly, gone, come)):
        yield Why.SPELLING
    elif _is_rule(old, hunk.old_at, lexicon) or _is_rule(new, hunk.new_at, lexicon):
        yield Why.IN_A_RULE
    else:
        yield Why.WORDING


def _words(side: Sequence[str]) -> list[str]:
    return [token for token in side if is_word(token)]


def _only_case(one: str, other: str) -> bool:
    """Whether a change of capitals leaves the word what it was: "us" and "US", "it" and "IT" are two words."""
    return one == other or len(one) > 3 or not (one.isupper() or other.isupper())


def _nearly(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False).ratio() >= NEARLY


def _turned_round(gone: Sequence[str], come: Sequence[str]) -> bool:
    before, after = {word.casefold() for word in gone}, {word.casefold() for word in come}
    return any(
        prefix + word in other
        for one, other in ((before, after), (after, before))
        for word in one
        for prefix in _NEGATIVE
    )


def _is_capital(words: Sequence[str], place: int) -> bool:
    """Whether the word is capitalised although no sentence begins there."""
    if not words[place][0].isupper():
        return False
    before = place - 1
    while before >= 0 and set(words[before]) <= _OPENING:
        before -= 1
    return before >= 0 and not set(words[before]) & (_SENTENCE_ENDS | {":", "•"})


def _is_rule(words: Sequence[str], place: int, lexicon: Lexicon) -> bool:
    """Whether the sentence that holds this place says what must, may or must not be."""
    start = end = min(place, len(words))
    while start > 0 and not set(words[start - 1]) & _SENTENCE_ENDS:
        start -= 1
    while end < len(words) and not set(words[end]) & _SENTENCE_ENDS:
        end += 1
    return any(
        is_word(word) and trigger_of(word, lexicon.language) in (Trigger.MODAL, Trigger.NEGATION)
        for word in words[start:end]
    )
