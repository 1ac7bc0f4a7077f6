"""Replays in Python what the editor's suggesting commands did, and names each thing on which the two differ."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from prosemirror.model import Node as Tree
from prosemirror.model import resolvedpos
from prosemirror.transform import Step

from guidelines import accepting, plain_law, steps, suggest_law, suggestion_formula
from guidelines.document import parse
from guidelines.suggestion_layers import suggestion_ids
from guidelines.suggestions import suggestions_in
from tests.guidelines import plain_edits as plainly
from tests.guidelines.plain_edits import Block, Place
from tests.guidelines.suggesting import PLAIN, after_enter
from tests.guidelines.suggestion_laws import check_base, check_sound, is_allowed, owner, waits_for_a_paragraph

Json = Mapping[str, Any]


class Replay:
    """One run's lines, one after the other. `tally` counts what was compared."""

    def __init__(self, *, sampled: int = 1) -> None:
        """Every `sampled`-th edit is also looked at whole: schema, ids, base."""
        self.tree: Tree = steps.tree_of(parse({"type": "doc", "content": [{"type": "paragraph"}]}))
        self.tally = Counter[str]()
        self.sampled = sampled

    def differences(self, line: Json) -> Iterator[str]:
        """Everything in which Python does not say what the browser said."""
        kind = line["t"]
        self.tally[kind] += 1
        yield from getattr(self, f"_{kind}")(line)

    def _text(self, line: Json) -> Iterator[str]:
        resolvedpos._resolve_cache.clear()  # it keeps every document that a step was ever applied to
        self.tree = steps.tree_of(parse(line["doc"]))
        if self.tree.to_json() != line["doc"]:
            yield "the text"

    def _edit(self, line: Json) -> Iterator[str]:
        before, after = self.tree, applied(self.tree, line["steps"])
        self.tree = after
        yield from differing("the text after an edit", after, line["after"])
        yield from differing("result", suggestion_formula.result(after), line["result"])
        breach = suggest_law.suggest_breach(before, after, owner(line["by"]))
        if breach is not None:
            yield f"law: {line['kind']} is refused: {breach}"
        yield from self._means(before, suggestion_formula.result(after), line)
        if self.tally["edit"] % self.sampled == 0:
            check_base(before, after)
            check_sound(after)
        if partly := line.get("partly"):
            self.tally["decided in part"] += 1
            yield from self._decision(after, partly)
            if cards(after) != partly["cards"]:
                yield "cards"

    def _plain(self, line: Json) -> Iterator[str]:
        before = self.tree
        trees = [before]
        for step in line["steps"]:
            trees.append(applied(trees[-1], [step]))
        self.tree = after = trees[-1]
        yield from differing("the text after a plain edit", after, line["after"])
        if breach := plain_law.plain_breach(before, after, lambda: trees, owner("editor")):
            yield f"the law of plain edits: {line['kind']}: {breach}"
        if suggestion_ids(after) - suggestion_ids(before):
            yield "a plain edit leaves a suggestion"
        yield from self._means(before, suggestion_formula.result(after), line)

    def _decide(self, line: Json) -> Iterator[str]:
        yield from self._decision(self.tree, line)
        self.tree = applied(self.tree, line["steps"])
        yield from differing("base", suggestion_formula.base(self.tree), line["base"])

    def _decision(self, tree: Tree, line: Json) -> Iterator[str]:
        accept, reject = set(line["accept"]), set(line["reject"])
        yield from differing("decided", suggestion_formula.resolve(tree, accept, reject), line["after"])
        own = [step.to_json() for step in accepting.resolution(tree, accept, reject)]
        if told(own) != told(line["steps"]):
            yield "the steps of a decision"

    def _pair(self, line: Json) -> Iterator[str]:
        one = applied(self.tree, line["one"])
        sent = applied(self.tree, line["two"])
        parsed = [[steps.parse_step(step) for step in line[side]] for side in ("two", "one")]
        found = steps.rebase(*parsed, one)
        yield from differing("two at once", found.tree, line["end"])
        if list(found.kept) != line["kept"]:
            yield "what is kept of two at once"
        seen, self.tree = self.tree, one
        if line["whole"]:
            breach = suggest_law.suggest_breach(one, found.tree, owner(line["second"]))
            theirs = owner(line["first"])
            intent = breach is None and suggest_law.keeps_intent(seen, sent, one, found.tree, theirs)
            if (breach, intent) != (line["breach"], line["intent"]):
                yield f"the verdict on two at once: {breach} {intent}"
            if intent:
                self.tree = found.tree
                self.tally["merged"] += 1

    def _undo(self, line: Json) -> Iterator[str]:
        back = applied(self.tree, line["steps"])
        yield from differing("undo", back, line["after"])
        breach = suggest_law.suggest_breach(self.tree, back, owner(line["by"]))
        if breach != line["breach"]:
            yield f"the verdict on undo: {breach}"
        if breach is None:
            self.tree = back

    def _cheat(self, line: Json) -> Iterator[str]:
        try:
            after = steps.apply(self.tree, steps.parse_step(line["step"]))
        except steps.InvalidStep:
            after = None
        if after is None or not is_allowed(self.tree, after):
            self.tally["cheats stopped at the door"] += 1
            return
        breach = suggest_law.suggest_breach(self.tree, after, owner(line["by"]))
        if breach != line["breach"]:
            yield f"the verdict on a cheat: {breach}, not {line['breach']}"

    def _means(self, before: Tree, found: Tree, line: Json) -> Iterator[str]:
        """L2: the result is what the same edit makes of the result, done on lists."""
        blocks, places = plainly.placed(before, line["at"])
        PLAINLY[line["kind"]](blocks, places, line["args"])
        if plainly.plain(found) == (blocks or [plainly.Text(dict(PLAIN))]):
            return
        if waits_for_a_paragraph(before):
            self.tally["known cause"] += 1
        else:
            yield f"L2 {line['kind']}"


def applied(tree: Tree, changes: Sequence[Any]) -> Tree:
    for value in changes:
        after = steps.apply(tree, steps.parse_step(value))
        assert after is not None, value
        tree = after
    return tree


def differing(what: str, tree: Tree, told_: Any) -> Iterator[str]:
    if tree.to_json() != told_:
        yield what


def cards(tree: Tree) -> list[Any]:
    """The open suggestions as the editor writes them."""
    return [
        {"id": one.id, "pieces": [{**asdict(piece), "kind": piece.kind.value} for piece in one.pieces]}
        for one in suggestions_in(tree)
    ]


def told(made: Sequence[Step | Json]) -> list[str]:
    return sorted(json.dumps(step, sort_keys=True) for step in made)


Plainly = Callable[[list[Block], list[Place], Json], Any]


def _pieces(args: Json) -> list[tuple[dict[str, Any], str]]:
    return [({key: piece["values"][key] for key in PLAIN}, piece["words"]) for piece in args["pieces"]]


def _forward(_: list[Block], at: list[Place], _args: Json) -> None:
    neighbours, k, offset = at[0]
    text = plainly.text_at(at[0])
    if offset < len(text.atoms):
        del text.atoms[offset]
    else:
        plainly.delete(at[0], (neighbours, k + 1, 0))


def _format(_: list[Block], at: list[Place], args: Json) -> None:
    rivals = {"sub": "sup", "sup": "sub"}
    if args["attrs"] is not None and args["name"] in rivals:
        plainly.format_(at[0], at[1], rivals[args["name"]], None)
    plainly.format_(at[0], at[1], args["name"], args["attrs"])


def _enter(_: list[Block], at: list[Place], _args: Json) -> None:
    plainly.put(at[0], [(after_enter(plainly.text_at(at[0]).values), "")] * 2)


def _table(_: list[Block], at: list[Place], _args: Json) -> None:
    rows: list[list[list[Any]]] = [[[plainly.Text(dict(PLAIN))] for _ in range(2)] for _ in range(2)]
    plainly.insert_object(at[0], plainly.Table(rows))


PLAINLY: dict[str, Plainly] = {
    "write": lambda _, at, args: plainly.write(at[0], args["words"], args["forms"]),
    "delete": lambda _, at, args: plainly.delete(*at),
    "replace": lambda _, at, args: plainly.write(plainly.delete(*at), args["words"], {}),
    "enter": _enter,
    "backspace": lambda _, at, args: plainly.backspace(at[0]),
    "delete forward": _forward,
    "paste": lambda _, at, args: plainly.put(at[0], _pieces(args)),
    "paste over": lambda _, at, args: plainly.put(plainly.delete(*at), _pieces(args)),
    "format": _format,
    "shape": lambda _, at, args: plainly.shape(*at, args["values"]),
    "insert rule": lambda _, at, args: plainly.insert_object(at[0], plainly.Rule()),
    "insert table": _table,
    "remove object": lambda blocks, _, args: plainly.remove_object(blocks, args["rank"], None),
    "insert row": lambda blocks, _, args: plainly.insert_row(blocks, args["rank"], args["row"], PLAIN),
    "remove row": lambda blocks, _, args: plainly.remove_object(blocks, args["rank"], args["row"]),
}
