"""The class that the rules propose for a section: its words as they were signed beside its words now.

The rules err towards more: what they cannot read is substantive. People may lower a proposal by one step when both
sides agree, never by two.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from guidelines.document import Node, inline_text, textblocks
from guidelines.redline import Entry, redline
from workflow.change_class.findings import Finding, Proposal, Why, proposal
from workflow.change_class.normal_form import extras, normal_form, normal_words, shape
from workflow.change_class.triggers import LANGUAGES
from workflow.change_class.words_changed import Lexicon, findings, hunks, said, says, terms_of

#: More changed words than this in one section are much, and so is more than a quarter of it.
MOST_WORDS: Final = 24
FEW_WORDS: Final = 6
MOST_SHARE: Final = 0.25
#: What a mark or a thing within the words is judged as when it changes.
_CARRIED: Final = {"link": Why.LINK, "image": Why.IMAGE, "mention": Why.PARTY, "code": Why.CODE}


def propose(
    before: Sequence[Node], after: Sequence[Node], language: str, names: frozenset[str] = frozenset()
) -> Proposal:
    """The class of what changed in a section; `()` for one that was not there or is there no longer.

    `names` are the company's teams and roles, folded to lower case: who is meant is never a small thing.
    """
    if not before or not after:
        return proposal([Finding(Why.SECTION_ADDED if after else Why.SECTION_REMOVED)] if before or after else [])
    if normal_form(before) == normal_form(after):
        return proposal([Finding(Why.TYPOGRAPHY)] if list(before) != list(after) else [])
    if language not in LANGUAGES:
        return proposal([Finding(Why.UNKNOWN_LANGUAGE)])
    texts = [normal_words(block) for block in _all(before) + _all(after)]
    lexicon = Lexicon(language, names, terms_of(texts))
    return proposal(_section(before, after, lexicon) or [Finding(Why.FORM)])


def _section(before: Sequence[Node], after: Sequence[Node], lexicon: Lexicon) -> list[Finding]:
    if not any(block.attr("box") for block in _all(before) + _all(after)) and _same_words(before, after):
        return [Finding(Why.FORM)]
    found: list[Finding] = []
    for entry in redline(Node("doc", content=tuple(before)), Node("doc", content=tuple(after))).entries:
        found += _entry(entry, lexicon)
    return [*found, *_much(before, after)]


def _entry(entry: Entry, lexicon: Lexicon) -> Iterator[Finding]:
    words = _words(entry.node)
    if entry.op in ("insert", "delete"):
        if words or entry.node.type == "table":
            why = Why.BLOCK_ADDED if entry.op == "insert" else Why.BLOCK_REMOVED
            yield Finding(why, *(("", words) if entry.op == "insert" else (words, "")))
        return
    if entry.op == "move_to":
        numbered = entry.node.is_textblock and entry.node.attr("list") == "number"
        yield Finding(Why.LIST_REORDERED if numbered else Why.MOVED, after=words)
    if entry.op in ("change", "move_to") and entry.old is not None and entry.new is not None:
        old, new = _all([entry.old]), _all([entry.new])
        if len(old) != len(new):
            yield Finding(Why.BLOCK_ADDED if len(new) > len(old) else Why.BLOCK_REMOVED, _words(entry.old), words)
            return
        for one, other in zip(old, new, strict=True):
            yield from _pair(one, other, lexicon)


def _pair(old: Node, new: Node, lexicon: Lexicon) -> Iterator[Finding]:
    before, after = normal_words(old), normal_words(new)
    if before != after and (_is_code(old) or _is_code(new)):
        yield Finding(Why.CODE, before, after)
        return
    if _is_code(old) != _is_code(new):
        yield Finding(Why.CODE, before, after)
    elif shape(old)[:-1] != shape(new)[:-1]:
        yield Finding(Why.FORM, before, after)
    if old.attr("start") != new.attr("start"):
        yield Finding(Why.FIGURE, str(old.attr("start")), str(new.attr("start")))
    yield from _carried(old, new, same_words=before == after)
    yield from findings(said(before), said(after), lexicon)


def _carried(old: Node, new: Node, *, same_words: bool) -> Iterator[Finding]:
    """What changed besides the words. Where a link's words alone changed, the words tell."""
    before, after = extras(old), extras(new)
    if same_words and before != after and _told(before) == _told(after):
        yield Finding(Why.MARKED, _told_words(before), _told_words(after))
    for kind in {entry[0] for entry in (*before, *after)}:
        one, other = _of_kind(before, kind), _of_kind(after, kind)
        if one != other:
            yield Finding(_CARRIED.get(kind, Why.MARKED), ", ".join(one), ", ".join(other))


def _of_kind(carried: Sequence[Any], kind: str) -> list[str]:
    """Links, images and people by what they point to; code, struck words and exponents by their words."""
    return [
        str(value if kind in ("link", "image", "mention") else words) for of, value, _, words in carried if of == kind
    ]


def _told(carried: Sequence[Any]) -> list[Any]:
    return [[kind, value, words] for kind, value, _, words in carried]


def _told_words(carried: Sequence[Any]) -> str:
    return ", ".join(words for _, _, _, words in carried if words)


def _same_words(before: Sequence[Node], after: Sequence[Node]) -> bool:
    """Whether only the cut into blocks and its punctuation differ: the words, and what they carry, stand in order."""
    one, other = _all(before), _all(after)
    return (
        len(one) != len(other)
        and not any(block.type == "table" for block in (*before, *after))
        and _spoken(one) == _spoken(other)
        and _carried_in_order(one) == _carried_in_order(other)
        and [block.attr("start") for block in one if block.attr("list") == "number"]
        == [block.attr("start") for block in other if block.attr("list") == "number"]
    )


def _carried_in_order(blocks: Sequence[Node]) -> list[Any]:
    """What the blocks carry besides words, each with how many signs stand before it in all of them."""
    found: list[Any] = []
    before = 0
    for block in blocks:
        found += [[kind, value, before + place, words] for kind, value, place, words in extras(block)]
        before += len(normal_words(block).replace(" ", ""))
    return found


def _spoken(blocks: Sequence[Node]) -> list[str]:
    return [token for block in blocks for token in said(normal_words(block)) if says(token)]


def _much(before: Sequence[Node], after: Sequence[Node]) -> Iterator[Finding]:
    old, new = _spoken(_all(before)), _spoken(_all(after))
    changed = sum(hunk.words for hunk in hunks(old, new))
    if changed > MOST_WORDS or (changed > FEW_WORDS and changed > MOST_SHARE * max(len(old), len(new))):
        yield Finding(Why.MUCH, str(len(old)), str(changed))


def _all(blocks: Sequence[Node]) -> list[Node]:
    found: list[Node] = []
    for block in blocks:
        found += [block] if block.is_textblock else list(textblocks(block))
    return found


def _words(block: Node) -> str:
    return " ".join(inline_text(text).strip() for text in _all([block])).strip()


def _is_code(block: Node) -> bool:
    box = block.attr("box")
    return box is not None and str(box).startswith("code")
