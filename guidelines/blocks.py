"""What the rules read of a block, worked out once: blocks are never changed, and most of a text outlives a commit."""

from dataclasses import dataclass

from prosemirror.model import Node as Tree

from guidelines import steps
from guidelines.document import Node, canonical, canonical_json
from guidelines.makers import Words, words_of
from guidelines.moved_words import said


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a text: as a document's node, in its canonical form, its words for makers and for journeys."""

    node: Node
    canonical: bytes
    words: Words
    said: list[str]


def read_block(tree: Tree) -> Block:
    """What there is to say of a block. Its lists are shared: nobody changes them."""
    known: Block | None = vars(tree).get("block")
    if known is None:
        node = steps.node_of(tree)
        known = vars(tree)["block"] = Block(node, canonical_json(canonical(node)), words_of([node]), said([node]))
    return known
