"""The numbers that a document's headings and clauses bear, the same on the page, in Word and in a redline.

Headings count relative to the highest level used. With `clauses`, plain paragraphs under a numbered heading take the
next number of that heading's counter, which its sub-headings share: no number is ever given twice.
"""

from guidelines.document import Node


def numbers(document: Node) -> dict[int, str]:
    """Place of a top-level block to its number ("2", "2.1"); blocks without one are absent."""
    style = document.attr("numbering")
    levels = [int(block.attr("level")) for block in document.content if block.type == "heading"]
    if style == "none" or not levels:
        return {}
    top = min(levels)
    #: Numbers of the headings that stand open, and of the last child of the innermost.
    path: list[int] = []
    children = [0]
    found: dict[int, str] = {}
    for place, block in enumerate(document.content):
        if block.type == "heading":
            depth = int(block.attr("level")) - top + 1
            while len(path) < depth - 1:
                children[-1] += 1
                path.append(children[-1])
                children.append(0)
            del path[depth - 1 :], children[depth:]
            children[-1] += 1
            path.append(children[-1])
            children.append(0)
            found[place] = ".".join(map(str, path))
        elif style == "clauses" and path and is_clause(block):
            children[-1] += 1
            found[place] = ".".join(map(str, [*path, children[-1]]))
    return found


def is_clause(block: Node) -> bool:
    """Whether the block is a plain paragraph: neither in a list nor in a box."""
    if block.type != "paragraph":
        return False
    return block.attr("list") is None and not block.attr("indent") and block.attr("box") is None
