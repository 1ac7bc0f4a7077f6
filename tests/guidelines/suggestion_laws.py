"""The laws of suggestions, each as a check that raises, and a play in which three authors try them."""

import random
from collections import Counter
from collections.abc import Callable

from prosemirror.model import Node as Tree
from prosemirror.transform import AddMarkStep, RemoveMarkStep, ReplaceStep, Step

from guidelines import accepting, steps, suggest_law, suggestion_formula
from guidelines.steps import ENGINE
from guidelines.suggest_law import Breach
from guidelines.suggestion_layers import ids_on, layers_of, suggestion_ids
from tests.guidelines import plain_edits
from tests.guidelines.suggesting import PLAIN, Client, Refused, fresh_ids
from tests.guidelines.suggesting_places import group_last, is_markless
from tests.guidelines.suggestion_play import AUTHORS, Edit, a_text, an_edit, every_position


def owner(session: str) -> Callable[[str], bool]:
    return lambda name: name.rpartition(".")[0] == session


def applied(tree: Tree, made: list[Step]) -> Tree:
    """The tree after steps, each as it comes back from its JSON."""
    for step in made:
        after = steps.apply(tree, steps.parse_step(step.to_json()))
        assert after is not None
        tree = after
    return tree


def same(one: Tree, two: Tree, law: str) -> None:
    assert one.eq(two), f"{law}:\n{one.to_json()}\n{two.to_json()}"


def check_sound(tree: Tree) -> None:
    """L6: the schema holds and no id stands twice, in the text, its base and its result."""
    for view in (tree, suggestion_formula.base(tree), suggestion_formula.result(tree)):
        view.check()
        ids: list[str] = []
        view.descendants(lambda node, *_: ids.append(node.attrs["id"]) if node.attrs.get("id") else None)  # noqa: B023
        assert len(ids) == len(set(ids)), f"L6: an id stands twice: {ids}"


def check_base(before: Tree, after: Tree) -> None:
    """L1: no suggestion moves what is signed."""
    same(suggestion_formula.base(before), suggestion_formula.base(after), "L1")


def check_decided(tree: Tree, accept: set[str], reject: set[str]) -> Tree:
    """A decision by steps is the decision by projection."""
    by_steps = applied(tree, accepting.resolution(tree, accept, reject))
    same(by_steps, suggestion_formula.resolve(tree, accept, reject), "L3: steps differ from projection")
    return by_steps


def check_decisions(tree: Tree, rng: random.Random) -> None:
    """L3: all rejected is the base, all accepted the result. L4: the order of two decisions does not count."""
    ids = suggestion_ids(tree)
    same(check_decided(tree, set(), set(ids)), suggestion_formula.base(tree), "L3")
    same(check_decided(tree, set(ids), set()), suggestion_formula.result(tree), "L3")
    parts: list[tuple[set[str], set[str]]] = [(set(), set()), (set(), set())]
    for name in sorted(ids):
        if rng.random() < 0.8:
            parts[rng.random() < 0.5][rng.random() < 0.5].add(name)
    one = check_decided(check_decided(tree, *parts[0]), *parts[1])
    two = check_decided(check_decided(tree, *parts[1]), *parts[0])
    same(one, two, "L4")
    same(one, suggestion_formula.resolve(tree, parts[0][0] | parts[1][0], parts[0][1] | parts[1][1]), "L4 at once")


def whole_law(before: Tree, after: Tree, session: str) -> bool:
    """The equation of the law over the whole text."""
    verdict = lambda name: False if owner(session)(name) else None  # noqa: E731
    return suggestion_formula.decided(before, verdict).eq(suggestion_formula.decided(after, verdict))


def waits_for_a_paragraph(tree: Tree) -> bool:
    """The one known cause: a join held up by a table or rule wakes up when that goes, or the text before it."""
    found = []

    def visit(node: Tree, *_: object) -> None:
        children = node.content.content
        for k, child in enumerate(children):
            if child.is_textblock and is_markless(child) and group_last(children, k)[1]:
                found.append(child)

    visit(tree)
    tree.descendants(visit)  # type: ignore[arg-type]
    return bool(found)


def check_result(before: Tree, after: Tree, edit: Edit) -> bool:
    """L2: the result is what the plain edit makes of the result. False for the one known cause."""
    blocks, places = plain_edits.placed(before, edit.positions)
    edit.plainly(blocks, places)
    expected = blocks or [plain_edits.Text(dict(PLAIN))]
    found = plain_edits.plain(suggestion_formula.result(after))
    if found != expected and waits_for_a_paragraph(before):
        return False
    assert found == expected, f"L2 {edit.kind}:\n{before.to_json()}\n{after.to_json()}\n{expected}\n{found}"
    return True


class Play:
    """One text and three authors. `tally` counts what was tried."""

    def __init__(self, seed: int, *, thorough: float = 1.0) -> None:
        """`thorough` is the share of edits after which decisions are tried in every way."""
        self.rng = random.Random(seed)
        self.thorough = thorough
        self.tree = a_text(self.rng)
        self.fresh = fresh_ids()
        self.numbers = Counter[str]()
        self.tally = Counter[str]()
        self.newest: dict[str, tuple[Tree, list[Step]]] = {}

    def run(self, length: int) -> None:
        for _ in range(length):
            acts = (self.edit, self.collide, self.decide, self.cheat, self.undo, self.write_plainly)
            self.rng.choices(acts, [66, 12, 5, 10, 2, 5])[0]()
            check_sound(self.tree)

    def client(self, session: str) -> Client:
        if self.rng.random() < 0.5:
            self.numbers[session] += 1
        return Client(self.tree, session, self.numbers[session], self.fresh)

    def suggested(self, session: str, edit: Edit) -> Client | None:
        """The author's commit; None when it is refused or changes nothing."""
        client = self.client(session)
        told = str(self.tree.to_json())
        try:
            edit.suggest(client)
        except Refused:
            self.tally["refused"] += 1
            assert str(self.tree.to_json()) == told, "L7"
            return None
        if not client.steps or client.tree.eq(self.tree):
            self.tally["no change"] += 1
            return None
        return client

    def edit(self) -> None:
        session = self.rng.choice(AUTHORS)
        edit = an_edit(self.rng, self.tree)
        client = self.suggested(session, edit)
        if client is None:
            return
        self.tally["edits"] += 1
        self.tally[edit.kind] += 1
        after = applied(self.tree, client.steps)
        same(after, client.tree, "steps")
        check_base(self.tree, after)
        breach = suggest_law.suggest_breach(self.tree, after, owner(session))
        assert breach is None, f"{edit.kind} is refused: {breach}\n{self.tree.to_json()}\n{after.to_json()}"
        if not check_result(self.tree, after, edit):
            self.tally["known cause"] += 1
        if self.rng.random() < self.thorough:
            check_decisions(after, self.rng)
            self.tally["decided in every way"] += 1
        self.newest[session] = (self.tree, client.steps)
        self.tree = after

    def collide(self) -> None:
        """Two authors at once: the second one's steps are moved behind the first one's, whole or not at all."""
        first, second = self.rng.sample(AUTHORS, 2)
        one = self.suggested(first, an_edit(self.rng, self.tree))
        two = self.suggested(second, an_edit(self.rng, self.tree))
        if one is None or two is None:
            return
        self.tally["pairs"] += 1
        rebased = steps.rebase(two.steps, one.steps, one.tree)
        check_base(self.tree, one.tree)
        before, self.tree = self.tree, one.tree
        if len(rebased.kept) < len(two.steps):
            self.tally["pairs that no longer apply"] += 1
        elif suggest_law.suggest_breach(one.tree, rebased.tree, owner(second)):
            self.tally["pairs against the law"] += 1
        elif not suggest_law.keeps_intent(before, two.tree, one.tree, rebased.tree, owner(first)):
            self.tally["pairs against the intent"] += 1
        else:
            self.tally["merged"] += 1
            check_base(before, rebased.tree)
            hidden = {name for name in suggestion_ids(rebased.tree) | suggestion_ids(two.tree) if owner(first)(name)}
            views = [suggestion_formula.resolve(view, set(), hidden) for view in (rebased.tree, two.tree)]
            same(*views, "L8")
            check_decisions(rebased.tree, self.rng)
            self.tree = rebased.tree

    def decide(self) -> None:
        ids = sorted(suggestion_ids(self.tree))
        if ids:
            chosen = set(self.rng.sample(ids, self.rng.randint(1, min(3, len(ids)))))
            accept = self.rng.random() < 0.5
            self.tree = check_decided(self.tree, chosen if accept else set(), set() if accept else chosen)
            assert not chosen & suggestion_ids(self.tree)
            self.tally["decisions"] += 1

    def write_plainly(self) -> None:
        """A plain edit among suggestions: suggested, and accepted at once."""
        edit = an_edit(self.rng, self.tree)
        client = self.suggested("editor", edit)
        if client is None:
            return
        assert suggest_law.suggest_breach(self.tree, client.tree, owner("editor")) is None
        own = {name for name in suggestion_ids(client.tree) if owner("editor")(name)}
        after = check_decided(client.tree, own, set())
        others = suggestion_ids(after) - suggestion_ids(self.tree)
        assert not others, f"a plain edit leaves {others}"
        self.tally["plain edits"] += 1
        if not check_result(self.tree, after, edit):
            self.tally["known cause"] += 1
        self.tree = after

    def undo(self) -> None:
        session = self.rng.choice(sorted(self.newest) or ["nobody"])
        if session == "nobody":
            return
        before, made = self.newest.pop(session)
        trees = [before]
        for step in made:
            trees.append(applied(trees[-1], [step]))
        if not trees[-1].eq(self.tree):
            return
        back = applied(self.tree, [step.invert(tree) for step, tree in reversed(list(zip(made, trees, strict=False)))])
        same(back, before, "undo")
        self.tally["undone"] += 1
        if suggest_law.suggest_breach(self.tree, back, owner(session)):
            self.tally["undone against the law"] += 1
        else:
            check_base(self.tree, back)
            self.tree = back

    def cheat(self) -> None:
        """One step from a stranger's client: lawful ones are suggestions, all others are refused."""
        session = self.rng.choice(AUTHORS)
        for _ in range(5):
            after = steps.apply(self.tree, a_cheat(self.rng, self.tree, session))
            if after is not None and not after.eq(self.tree) and is_allowed(self.tree, after):
                break
        else:
            return
        self.tally["cheats"] += 1
        breach = suggest_law.suggest_breach(self.tree, after, owner(session))
        self.tally[f"cheat {breach or 'lawful'}"] += 1
        check_verdict(self.tree, after, session, breach)


def is_allowed(before: Tree, after: Tree) -> bool:
    try:
        steps.check_change(before, after)
    except steps.InvalidStep:
        return False
    return True


def check_verdict(before: Tree, after: Tree, session: str, breach: Breach | None) -> None:
    """The law of the changed blocks is that of the whole text, and nothing of others grows unseen."""
    lawful = whole_law(before, after, session)
    if breach is None:
        assert lawful, "a commit against the whole law passed"
        check_base(before, after)
        check_foreign(before, after, session)
    elif lawful:
        own_rows = any(owner(session)(name) for name in new_rows(before))
        assert breach in (Breach.FORGED, Breach.FORM) or own_rows, f"{breach} without a cause"
    if breach is Breach.BASE and not new_rows(before):
        moved = not suggestion_formula.base(before).eq(suggestion_formula.base(after))
        assert moved, "the base is said to have moved"


def new_rows(tree: Tree) -> list[str]:
    """The suggestions that add rows."""
    found: list[str] = []
    tree.descendants(lambda node, *_: found.append(node.attrs["ins"]) if node.attrs.get("ins") else None)
    return found


def check_foreign(before: Tree, after: Tree, session: str) -> None:
    """Nobody else's suggestion carries more than before."""
    old, new = burden(before), burden(after)
    grown = {name for name in new if not owner(session)(name) and new[name] > old[name]}
    assert not grown, f"forged: {grown}"


def burden(tree: Tree) -> Counter[str]:
    """How much each suggestion carries; a block's layers are copied by splits and so do not count."""
    found = Counter[str]()

    def visit(node: Tree, *_: object) -> None:
        layered = {layer["s"] for layer in layers_of(node)} if node.is_textblock else set()
        for name in ids_on(node):
            found[name] += 0 if name in layered else node.node_size if node.is_inline else 1

    tree.descendants(visit)  # type: ignore[arg-type]
    return found


def a_cheat(rng: random.Random, tree: Tree, session: str) -> Step:
    """A step that no client of ours would send."""
    places = every_position(tree)
    start, end = sorted((rng.choice(places), rng.choice(places)))
    if rng.random() < 0.5:
        end = start
    names = [*sorted(suggestion_ids(tree)), *(f"{author}.{rng.randint(0, 3)}" for author in (*AUTHORS, session))]
    name = rng.choice(names)
    marks = [ENGINE.mark("ins", {"s": name}), ENGINE.mark("del", {"s": name}), ENGINE.mark("strong")]
    marks.append(ENGINE.mark("fmt", {"chg": [{"s": name, "was": {"strong": rng.choice([None, {}])}}]}))
    kind = rng.randrange(4)
    if kind == 0:
        return AddMarkStep(start, end, rng.choice(marks))
    if kind == 1:
        return RemoveMarkStep(start, end, rng.choice(marks))
    if kind == 2:
        return ReplaceStep(start, end, tree.slice(*sorted((rng.choice(places), rng.choice(places)))))
    attribute, value = rng.choice(
        [
            ("mi", name), ("md", name), ("mi", None), ("md", None), ("gone", True), ("gone", None), ("ins", name),
            ("del", name), ("ins", None), ("del", None), ("id", "zz"), ("indent", 2), ("chg", None),
            ("chg", [{"s": name, "was": {"indent": 3}}]), ("chg", [{"s": name, "was": {"nonsense": 3}}]),
        ]
    )  # fmt: skip
    return steps.attribute_step(start, attribute, value)
