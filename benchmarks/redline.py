"""Redlines against `redlines` and against `fast-diff-match-patch` on characters, in CPU time; exactness on real texts.

    python -m benchmarks.redline

The texts are made: paragraphs of 20 to 120 words with word edits (insert, delete, replace, and one in twenty a whole
block moved) scattered over them. Each pair of rivals runs in one process, turn by turn; the figure is the median of the
ratios. `redlines` gets Markdown, the character diff gets plain text with a paragraph on each line: what each asks for.
The last line is JSON.
"""

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import fast_diff_match_patch
from redlines import Redlines

import guidelines.differences
from exports.markdown_reader import read_markdown
from guidelines.document import Node, inline_text, plain_text, textblocks
from guidelines.redline import new_text, old_text, redline

VOCABULARY = [f"{head}{tail}" for head in "com pu jur vali mes con re pro dé in".split() for tail in
              "mercial blier idique der sage tenu lation poser lai térieur tion ment able age".split()]  # fmt: skip
FUNCTION = "le la les de des un une et ou à en pour par sur dans qui que ne pas l’ d’ ce se".split()
MOVED = 20


def make_text(words: int, dice: random.Random) -> list[list[str]]:
    """Paragraphs of words, about as many in all."""
    paragraphs: list[list[str]] = []
    while (left := words - sum(map(len, paragraphs))) > 0:
        size = min(left, dice.randint(20, 120))
        paragraphs.append([dice.choice(FUNCTION if dice.random() < 0.45 else VOCABULARY) for _ in range(size)])
    return paragraphs


def edited(paragraphs: list[list[str]], edits: int, dice: random.Random) -> list[list[str]]:
    """The text with so many edits."""
    found = [list(paragraph) for paragraph in paragraphs]
    for number in range(edits):
        if number % MOVED == MOVED - 1:
            found.insert(dice.randrange(len(found)), found.pop(dice.randrange(len(found))))
            continue
        paragraph = dice.choice(found)
        place = dice.randrange(len(paragraph))
        kind = dice.choice(("insert", "delete", "replace"))
        if kind != "insert" and len(paragraph) > 3:
            del paragraph[place]
        if kind != "delete":
            paragraph.insert(place, dice.choice(VOCABULARY))
    return found


def document(paragraphs: list[list[str]]) -> Node:
    """The paragraphs as a document of ours; without ids in common, so that nothing is given away."""
    return Node("doc", {}, tuple(Node("paragraph", {}, (Node("text", text=" ".join(words)),)) for words in paragraphs))


def markdown(paragraphs: list[list[str]]) -> str:
    return "\n\n".join(" ".join(words) for words in paragraphs)


def spent(work: Callable[[], object]) -> float:
    """CPU seconds of one run."""
    start = time.process_time()
    work()
    return time.process_time() - start


def beside(ours: Callable[[], object], theirs: Callable[[], object], turns: int) -> tuple[float, float, float]:
    """Median seconds of each, and the median of theirs over ours."""
    ours(), theirs()
    pairs = [(spent(ours), spent(theirs)) for _ in range(turns)]
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    return mine, other, statistics.median(theirs_ / ours_ for ours_, theirs_ in pairs)


def against_redlines() -> tuple[float, float, float]:
    dice = random.Random(11)
    before = make_text(10_000, dice)
    after = edited(before, 100, dice)
    old, new = document(before), document(after)
    source, test = markdown(before), markdown(after)
    return beside(lambda: redline(old, new), lambda: Redlines(source, test).output_markdown, turns=7)


def without_the_fast_core() -> tuple[float, float, float]:
    """The same with diff-match-patch in Python alone, which is what an installation without the peer has."""
    kept, guidelines.differences.fast_diff = guidelines.differences.fast_diff, None
    try:
        return against_redlines()
    finally:
        guidelines.differences.fast_diff = kept


def against_characters() -> tuple[float, float, float]:
    dice = random.Random(12)
    before = make_text(50_000, dice)
    after = edited(before, 500, dice)
    old, new = document(before), document(after)
    source, test = plain_text(old), plain_text(new)

    def characters() -> object:
        return fast_diff_match_patch.diff(source, test, timelimit=0, checklines=True, cleanup="Semantic")

    return beside(lambda: redline(old, new), characters, turns=15)


def exactness(folder: Path) -> tuple[int, int]:
    """(pairs whose redline gives both texts back, all pairs) at distance 1, 5 and first to last."""
    right = pairs = 0
    for history in sorted(path for path in folder.iterdir() if path.is_dir()):
        texts = [read_markdown(file.read_text("utf-8")) for file in sorted(history.glob("*.md"))]
        for distance in sorted({1, 5, len(texts) - 1}):
            for old, new in zip(texts, texts[distance:], strict=False):
                found = redline(old, new)
                right += (old_text(found), new_text(found)) == (lines(old), lines(new))
                pairs += 1
    return right, pairs


def lines(text: Node) -> list[str]:
    return [inline_text(block) for block in textblocks(text)]


def main() -> int:
    ours_small, redlines_took, faster = against_redlines()
    ours_pure, redlines_again, faster_pure = without_the_fast_core()
    ours_large, characters_took, ratio = against_characters()
    print("what                                     ours    theirs    ratio")
    print(f"10,000 words, 100 edits / redlines   {ours_small:8.4f}s {redlines_took:8.4f}s  {faster:6.1f}x faster")
    print(f"  the same, core in Python alone     {ours_pure:8.4f}s {redlines_again:8.4f}s  {faster_pure:6.1f}x faster")
    print(
        f"50,000 words, 500 edits / characters {ours_large:8.4f}s {characters_took:8.4f}s  {1 / ratio:6.2f}x the time"
    )
    figures: dict[str, float | int] = {
        "times_faster_than_redlines": round(faster, 1),
        "times_faster_than_redlines_in_python_alone": round(faster_pure, 1),
        "times_fast_diff_match_patch": round(1 / ratio, 2),
    }
    corpus = Path(os.environ.get("CHARTE_CORPUS", Path(__file__).parents[2] / "shared" / "corpus")) / "revisions"
    if corpus.is_dir():
        right, pairs = exactness(corpus)
        print(f"real pairs rebuilt exactly           {right} of {pairs}")
        figures |= {"exact_pairs": right, "pairs": pairs}
    else:
        print(f"real pairs: NOT MEASURED, there is no folder {corpus}: set CHARTE_CORPUS", file=sys.stderr)
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
