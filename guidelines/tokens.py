"""Word tokens: a text cut into words, numbers, links, single spaces and single signs, every character in exactly one.

Joining the tokens gives the text again, so whatever is computed on tokens is exact on characters. A French elision
(`l'`, `qu'`, `jusqu'`) is a token of its own, and so is each no-break space: "l'accord" becoming "l'avis" changes
one word, and typography never hides inside a word. A plain space always stands alone and nothing looks across it,
which is why a text may be cut at any plain space and its parts tokenised apart.
"""

import re
from typing import Final

_W: Final = r"[\w\u0300-\u036f]"
# Groups are made final by (?>…), never by …)*+: Python before 3.11.5 lets such a group give back half a match.
_NUMBER: Final = rf"(?>\d++(?:[.,:/\u00a0\u202f]\d++)*)(?!{_W})"
_ELISION: Final = rf"(?<!{_W})(?i:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’](?={_W})"
_WORD: Final = rf"(?>{_W}++(?:[-‐‑'’·]{_W}++)*)"
_SIGN: Final = r"\s|[^\s][\u0300-\u036f\ufe0f]*+"
_URL: Final = r"(?:https?://|www\.)[^\s<>\"«»]*[\w/]"
# The bounds keep a hostile "a.a.a.a..." from being scanned again from every letter.
_EMAIL: Final = r"[\w.+-]{1,64}+@[\w-]{1,63}+(?>(?:\.[\w-]{1,63}+)+)"

_PLAIN: Final = re.compile("|".join((_NUMBER, _ELISION, _WORD, _SIGN)))
_WITH_LINKS: Final = re.compile("|".join((_URL, _EMAIL, _NUMBER, _ELISION, _WORD, _SIGN)))

#: The small words that hold sentences together; a lone one between two changes reads as noise.
FUNCTION_WORDS: Final = frozenset(
    (
        "a an and any are as at be been but by for from had has have he her his i if in into is it its no not of "
        "on or our she so such that the their them then there these they this those to was we were which who will "
        "with you your à au aux avec ce ces cet cette dans de des du elle elles en est et eux il ils je la le les "
        "leur leurs lui ma mais me mes mon ne nos notre nous on ont ou où par pas pour que qui sa sans se ses si "
        "son sont sous sur ta te tes ton tu un une vos votre vous y c' d' j' l' m' n' s' t' qu' jusqu' lorsqu' "
        "puisqu' quoiqu' "
    ).split()
)


def tokens(text: str) -> list[str]:
    """The text's tokens in order; joined they are the text."""
    linked = "@" in text or "://" in text or "www." in text
    return (_WITH_LINKS if linked else _PLAIN).findall(text)


def is_word(token: str) -> bool:
    """Whether the token says something: a word, number or link, not a space or a sign."""
    return token[0].isalnum() or token[0] == "_"


def is_function_word(token: str) -> bool:
    """Whether the token is an article, preposition, pronoun or elision of French or English."""
    return token.lower().replace("’", "'") in FUNCTION_WORDS
