"""What a suggestion leaves on one node, and what is left of it when some suggestions are decided.

Texts and objects carry who adds (`ins`, `mi`) and who removes them (`del`, `md`). Properties of a block and forms of
a text change in layers, oldest first: each names its suggestion and what was before. The topmost accepted layer wins,
so two people may change the same heading or the same word and every combination of decisions has a meaning.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from prosemirror.model import Fragment, Mark
from prosemirror.model import Node as Tree

from guidelines.ends import same_ends
from guidelines.schema import SCHEMA, attribute_fault
from guidelines.steps import ENGINE

#: What is decided on a suggestion's id: accepted, rejected, or None while nobody decided.
Verdict = Callable[[str], bool | None]
Values = Mapping[str, Any]
Layer = Mapping[str, Any]

#: Properties that travel with a paragraph's mark; type and level are the one property `style`: p, h1 to h6.
PROPERTIES: Final = ("id", "list", "indent", "start", "box", "align")
FORMS: Final = tuple(name for name in SCHEMA.marks if name not in ("ins", "del", "fmt"))
STYLES: Final = ("p", "h1", "h2", "h3", "h4", "h5", "h6")


def presence(added: str | None, removed: str | None, verdict: Verdict) -> tuple[str | None, str | None] | None:
    """The suggestions that are still open on a thing; None when it is absent."""
    if added is not None:
        accepted = verdict(added)
        if accepted is False:
            return None
        added = None if accepted else added
    if removed is not None:
        accepted = verdict(removed)
        if accepted:
            return None
        removed = None if accepted is False else removed
    return added, removed


def chain(now: Values, layers: Sequence[Layer], verdict: Verdict) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The values that stand, and the layers that stay open above the topmost accepted one, key by key."""
    values = dict(now)
    left: list[dict[str, Any]] = [{} for _ in layers]
    for key in dict.fromkeys(key for layer in layers for key in layer["was"]):
        places = [place for place, layer in enumerate(layers) if key in layer["was"]]
        states = [*(layers[place]["was"][key] for place in places), now.get(key)]
        accepted = [rank for rank, place in enumerate(places) if verdict(layers[place]["s"])]
        first = accepted[-1] + 1 if accepted else 0
        value = states[first]
        for rank in range(first, len(places)):
            if verdict(layers[places[rank]]["s"]) is None:
                left[places[rank]][key] = value
                value = states[rank + 1]
        values[key] = value
    return values, [{"s": layer["s"], "was": was} for layer, was in zip(layers, left, strict=True) if was]


def properties(block: Tree) -> dict[str, Any]:
    """What travels with the block's mark, as it stands."""
    style = f"h{block.attrs['level']}" if block.type.name == "heading" else "p"
    return {"style": style, **{name: block.attrs[name] for name in PROPERTIES}}


def block_of(values: Values, content: Fragment, **suggested: Any) -> Tree:
    """A text block with these properties; `suggested` are mi, md, chg and gone where they are not empty."""
    style = values["style"]
    attrs = {"mi": None, "md": None, "chg": None, "gone": None, **{name: values[name] for name in PROPERTIES}}
    attrs.update(suggested)
    if style != "p":
        attrs["level"] = int(style[1:])
    return Tree(ENGINE.nodes["paragraph" if style == "p" else "heading"], attrs, content, Mark.none)


def form(node: Tree) -> dict[str, Any]:
    """The marks that are no suggestions: name to attributes."""
    return {mark.type.name: dict(mark.attrs) for mark in node.marks if mark.type.name in FORMS}


def names_on(node: Tree, kind: str) -> str | None:
    """The suggestion that adds or removes the node: `ins`, `del` (of a mark or an attribute), `mi` or `md`."""
    if node.is_inline:
        return next((str(mark.attrs["s"]) for mark in node.marks if mark.type.name == kind), None)
    name: Any = node.attrs.get(kind)
    return str(name) if name else None


def layers_of(node: Tree) -> Sequence[Layer]:
    """The layers of a block's properties or of an inline node's forms, oldest first."""
    layers: Any = node.attrs.get("chg")
    if node.is_inline:
        layers = next((mark.attrs["chg"] for mark in node.marks if mark.type.name == "fmt"), None)
    return layers or ()


def marks_of(forms: Values, added: str | None, removed: str | None, layers: Sequence[Layer]) -> list[Mark]:
    """The set of marks that says all this, in the schema's order."""
    marks = [ENGINE.mark(name, forms[name]) for name in FORMS if forms.get(name) is not None]
    marks += [ENGINE.mark("ins", {"s": added})] if added else []
    marks += [ENGINE.mark("del", {"s": removed})] if removed else []
    marks += [ENGINE.mark("fmt", {"chg": list(layers)})] if layers else []
    kept: list[Mark] = Mark.none
    for mark in marks:
        kept = mark.add_to_set(kept)
    return kept


def ids_on(node: Tree) -> Iterator[str]:
    """Every suggestion this very node names, as often as it does; what is inside it does not count."""
    yield from (name for kind in ("ins", "del", "mi", "md") if (name := names_on(node, kind)))
    yield from (layer["s"] for layer in layers_of(node))


def suggestion_ids(node: Tree) -> frozenset[str]:
    """Every suggestion that the node or anything in it names: counted once, since nodes are never changed."""
    known: frozenset[str] | None = vars(node).get("suggestion_ids")
    if known is None:
        inner = (name for child in node.content.content for name in suggestion_ids(child))
        known = vars(node)["suggestion_ids"] = frozenset((*ids_on(node), *inner))
    return known


def is_plain(tree: Tree) -> bool:
    """Whether no suggestion stands in a text, nor anything that one has left to be decided: its base is itself."""
    known: bool | None = vars(tree).get("plain")
    if known is None:
        known = vars(tree)["plain"] = all(map(_is_plain, tree.content.content))
    return known


def stays_plain(before: Tree, after: Tree) -> bool:
    """Whether both texts are plain, asking of the one after only the blocks that are others than before."""
    old, new = before.content.content, after.content.content
    start, end = same_ends(old, new)
    if not is_plain(before) or not all(map(_is_plain, new[start : len(new) - end])):
        return False
    vars(after)["plain"], vars(after)["suggestion_ids"] = True, frozenset()
    return True


def _is_plain(block: Tree) -> bool:
    return not suggestion_ids(block) and not block.attrs.get("gone")


def layers_fault(node: Tree) -> str | None:
    """Why the node's layers cannot be undone: a key that is no property, or a value that was never allowed."""
    for layer in layers_of(node):
        for key, value in layer["was"].items():
            if (_form_fault if node.is_inline else _property_fault)(key, value):
                return f"{'fmt' if node.is_inline else 'chg'} has a layer without a valid {ascii(key)[:40]}"
    return None


def _property_fault(key: str, value: Any) -> bool:
    if key == "style":
        return value not in STYLES
    return key not in PROPERTIES or bool(attribute_fault(SCHEMA.nodes["paragraph"].rules[key], value))


def _form_fault(name: str, attrs: Any) -> bool:
    if name not in FORMS:
        return True
    rules = SCHEMA.marks[name].rules
    if attrs is None:
        return False
    if not isinstance(attrs, dict) or set(attrs) != set(rules):
        return True
    return any(attribute_fault(rule, attrs[key]) for key, rule in rules.items())
