"""What suggestions mean, specimen by specimen: the formula, its decisions, and the law of a commit."""

from collections.abc import Callable
from typing import Any

import pytest
from prosemirror.model import Node as Tree

from guidelines import accepting, suggest_law, suggestion_formula
from guidelines.document import Mark, Node, plain_text
from guidelines.steps import node_of, tree_of
from guidelines.suggest_law import Breach, keeps_intent, suggest_breach
from guidelines.suggestion_formula import base, resolve, result
from tests.builders import cell, doc, h1, h2, p, row, rule, table, text
from tests.guidelines.suggestion_laws import applied, check_sound, owner
from tests.guidelines.suggestion_specimens import A, B, C, both, gone, ins, layers, of_row, tree

LINK = {"href": "https://a.example", "title": None}


def told(found: Tree) -> str:
    """The blocks in short: style, id, words; what is still open in brackets."""
    return " ".join(map(_told, node_of(found).content))


def _told(block: Node) -> str:
    if not block.is_textblock:
        return block.type + str(len(block.content) or "")
    words = "".join(
        one.text if not one.marks else f"[{'+'.join(mark.type for mark in one.marks)}:{one.text}]"
        for one in block.content
    )
    style = f"h{block.attr('level')}" if block.type == "heading" else "p"
    open_ = "".join(f"/{name}" for name in ("mi", "md", "chg", "gone") if block.attr(name))
    return f"{style}{open_}({block.id}:{words})"


# The formula


def test_the_base_has_every_suggestion_rejected_and_the_result_every_one_accepted() -> None:
    found = tree(p("We ", gone("shall"), ins("must"), " ask.", id="a"))

    assert plain_text(node_of(base(found))) == "We shall ask."
    assert plain_text(node_of(result(found))) == "We must ask."


@pytest.mark.parametrize(
    ("accept", "reject", "words"),
    [
        ("", "", "p(a:x[ins+del:y]z)"), (A, "", "p(a:x[del:y]z)"), (B, "", "p(a:xz)"), ("", A, "p(a:xz)"),
        ("", B, "p(a:x[ins:y]z)"), (A, B, "p(a:xyz)"), (B, A, "p(a:xz)"),
    ],
)  # fmt: skip
def test_a_deleted_insertion_is_there_only_when_it_is_accepted_and_its_deletion_is_not(
    accept: str, reject: str, words: str
) -> None:
    found = tree(p("x", both("y", A, B), "z", id="a"))

    assert told(resolve(found, {accept} - {""}, {reject} - {""})) == words


@pytest.mark.parametrize(
    ("accept", "reject", "style"),
    [
        ("", "", "h2/chg(a:x)"), (B, "", "h2(a:x)"), (A, "", "h2/chg(a:x)"), ("", B, "h1/chg(a:x)"),
        ("", A, "h2/chg(a:x)"), (A, B, "h1(a:x)"), (B, A, "h2(a:x)"),
    ],
)  # fmt: skip
def test_the_topmost_accepted_layer_wins(accept: str, reject: str, style: str) -> None:
    found = tree(h2("x", id="a", chg=layers((A, {"style": "p"}), (B, {"style": "h1"}))))

    assert told(resolve(found, {accept} - {""}, {reject} - {""})) == style
    assert told(base(found)) == "p(a:x)"


def test_a_rejected_layer_gives_back_what_was_below_it_and_not_the_oldest() -> None:
    forms = [("strong", {}), ("link", LINK)]
    marks = [Mark(name, attrs) for name, attrs in forms]
    found = tree(p(text("x", *marks, Mark("fmt", {"chg": layers((A, {"strong": None}), (B, {"link": None}))}))))

    left = node_of(resolve(found, set(), {B})).content[0].content[0]

    assert [mark.type for mark in left.marks] == ["strong", "fmt"]
    assert left.marks[1].attrs == {"chg": layers((A, {"strong": None}))}


def test_a_text_whose_paragraph_lost_its_mark_joins_the_next_whose_properties_stand() -> None:
    found = tree(h1("One ", id="a", md=A), p("two", id="b", list="bullet"))

    assert told(result(found)) == "p(b:One two)"
    assert told(base(found)) == "h1(a:One ) p(b:two)"


def test_a_join_reaches_over_absent_tables_and_rules() -> None:
    found = tree(
        p("One ", id="a", md=A), rule(id="r", ins=B), table(of_row(row(cell("x")), **{"del": A}), id="t"),
        p("two", id="b"),
    )  # fmt: skip

    assert told(resolve(found, {A}, {B})) == "p(b:One two)"
    assert told(resolve(found, {A}, set())) == "p/gone(a~:One ) rule p(b:two)"
    assert told(resolve(found, {A, B}, set())) == "p(a~:One ) rule p(b:two)"
    assert told(resolve(resolve(found, {A}, set()), set(), {B})) == "p(b:One two)"


def test_an_empty_paragraph_without_mark_is_kept_while_one_before_may_still_join_it() -> None:
    found = tree(
        p("x", id="a"), p(gone("y", C), id="b", md=B), h1(gone("z"), id="c", md=A), rule(id="r"), p("w", id="d")
    )

    assert told(resolve(found, {A}, set())) == "p(a:x) p/md(b:[del:y]) h1/gone(c~:) rule p(d:w)"
    assert told(resolve(found, {A, B}, set())) == "p(a:x) h1/gone(c~:[del:y]) rule p(d:w)"
    assert told(result(found)) == "p(a:x) rule p(d:w)"


def test_a_text_without_anything_is_one_empty_paragraph() -> None:
    found = tree(table(of_row(row(cell("x")), ins=A), id="t"))

    assert told(base(found)) == "p(:)"
    assert told(applied(found, accepting.resolution(found, set(), {A}))) == "p(:)"


def test_a_table_is_there_while_a_row_is() -> None:
    found = tree(
        p("x", id="a"), table(of_row(row(cell("1")), ins=A), of_row(row(cell("2")), ins=B, **{"del": A}), id="t")
    )

    assert told(base(found)) == "p(a:x)"
    assert told(result(found)) == "p(a:x) table1"
    assert told(resolve(found, set(), {A})) == "p(a:x) table1"


def check_that_no_id_stands_twice() -> None:
    """A paragraph split by one author, with a table put between by another: the id may come back behind the table."""
    found = tree(
        p("x", id="a", mi=A), table(of_row(row(cell(p(id="c"))), ins=B), id="t"),
        p("y", id="n", chg=layers((A, {"id": "a"}))),
    )  # fmt: skip
    left = resolve(found, set(), {A})
    check_sound(left)
    assert told(left) == "p/gone(a~:x) table1 p(a:y)"


def check_that_order_does_not_count_across_an_undecided_table() -> None:
    found = tree(p("x", id="a", md=A), table(of_row(row(cell(p(id="c"))), ins=B), id="t"), p("y", id="b"))
    one = resolve(resolve(found, {A}, set()), set(), {B})
    assert one.eq(resolve(resolve(found, set(), {B}), {A}, set()))


def test_one_suggestion_is_not_decided_both_ways() -> None:
    with pytest.raises(ValueError, match="both accepted and rejected"):
        resolve(tree(p("x")), {A}, {A})


def test_what_no_decision_concerns_is_the_very_same_node() -> None:
    found = tree(p("x", id="a"), p(ins("y"), id="b"), p(ins("z", B), id="c"))

    left = resolve(found, {A}, set())

    assert left.child(0) is found.child(0)
    assert left.child(2) is found.child(2)
    assert resolve(found, {C}, set()) is found


def test_deciding_on_nothing_takes_no_step() -> None:
    assert accepting.resolution(tree(p(ins("y"), id="b")), {C}, {B}) == []


# The law of a commit


def breach(before: Tree, after: Tree) -> Breach | None:
    return suggest_breach(before, after, owner("aicha"))


def test_what_is_suggested_is_lawful() -> None:
    before = tree(p("We shall ask.", id="a"))

    assert breach(before, tree(p("We ", gone("shall"), ins("must"), " ask.", id="a"))) is None
    assert breach(before, before) is None


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (p("xy!", ins("m", B), id="a"), Breach.BASE),
        (p("x", ins("m", B), id="a"), Breach.BASE),
        (p(text("xy", Mark("strong")), ins("m", B), id="a"), Breach.BASE),
        (h1("xy", ins("m", B), id="a"), Breach.BASE),
        (p("xy", ins("m", B), id="b"), Breach.BASE),
        (p("xy", id="a"), Breach.OTHERS),
        (p("xy", ins("n", B), id="a"), Breach.OTHERS),
        (p("xy", ins("mm", B), id="a"), Breach.FORGED),
        (p("x", gone("y", C), ins("m", B), id="a"), Breach.FORGED),
        (p("xy", ins("m", B), id="a", mi=B), Breach.FORGED),
        (p("xy", ins("m", B), id="a", chg=layers((A, {"nonsense": 1}))), Breach.FORM),
        (p("xy", ins("m", B), id="a", chg=layers((A, {"indent": 99}))), Breach.FORM),
    ],
    ids=str,
)
def test_what_is_no_suggestion_of_its_author_is_named(after: Node, expected: Breach) -> None:
    before = tree(p("xy", ins("m", B), id="a"), p("z", id="z"))

    assert breach(before, tree(after, p("z", id="z"))) is expected


def test_attributes_of_the_document_cannot_be_suggested() -> None:
    assert breach(tree(p("x")), tree_of(doc(p("x"), numbering="headings"))) is Breach.DOCUMENT


def test_how_a_text_is_cut_up_does_not_count() -> None:
    assert breach(tree(p("x", "y", id="a")), tree(p("xy", ins("z"), id="a"))) is None


def test_an_author_may_withdraw_an_insertion_that_another_deletes() -> None:
    assert breach(tree(p("x", both("y", A, B), id="a")), tree(p("x", id="a"))) is None


def check_that_a_deletion_in_another_s_name_is_refused() -> None:
    before, after = tree(p("x", ins("y"), id="a")), tree(p("x", both("y", A, B), id="a"))
    assert breach(before, after) is Breach.FORGED


def check_that_forms_of_layers_count() -> None:
    before = tree(p("x", id="a", mi=A), p("y", id="b"))
    after = tree(p("x", id="a", mi=A, chg=layers((A, {"style": "h9"}))), p("y", id="b"))
    assert breach(before, after) is Breach.FORM
    assert breach(before, tree(p("x", id="a", gone=True), p("y", id="b"))) is Breach.FORM


def test_a_new_row_is_judged_as_if_it_were_base() -> None:
    """The author's own new row with another's words in it: rejecting the row would hide that they were dropped."""

    def of(*words: Node | str) -> Tree:
        rows = [row(cell(p("x", id="c1"))), of_row(row(cell(p(*words, id="c2"))), ins=A)]
        return tree(table(*rows, id="t"), p(id="z"))

    assert breach(of(ins("mine"), ins("yours", B)), of(ins("mine"))) is Breach.OTHERS
    assert breach(of(ins("mine"), ins("yours", B)), of(ins("yours", B))) is None


def check_that_a_new_row_is_judged_when_other_rows_change_too() -> None:
    def of(first: str, *words: Node | str) -> Tree:
        rows = [row(cell(p(ins(first), id="c1"))), of_row(row(cell(p(*words, id="c2"))), ins=A)]
        return tree(table(*rows, id="t"), p(id="z"))

    assert breach(of("a", ins("yours", B)), of("b")) is Breach.OTHERS
    assert breach(of("a", ins("yours", B)), of("b", ins("yours", B))) is None


def check_that_rows_under_a_spanning_cell_are_not_suggested_one_by_one() -> None:
    spanned = [row(cell("a", rowspan=2), cell("b")), row(cell("c"))]
    before = tree(table(*spanned, id="t"), p(id="z"))
    assert breach(before, tree(table(spanned[0], of_row(spanned[1], **{"del": A}), id="t"), p(id="z"))) is Breach.SPAN
    assert breach(before, tree(table(*(of_row(one, **{"del": A}) for one in spanned), id="t"), p(id="z"))) is None


def check_that_the_author_s_own_paragraph_may_change_its_properties() -> None:
    """Its words were before the next paragraph's and are again when the split is rejected, so both are looked at."""
    before = tree(p("x", id="a", mi=A), p("y", id="b", chg=layers((A, {"id": "a"}))))
    after = tree(h1("x", id="a", mi=A), p("y", id="b", chg=layers((A, {"id": "a"}))))
    assert breach(before, after) is None


def check_that_a_merge_says_what_its_author_saw() -> None:
    """Julie splits a paragraph; Aïcha made it a heading meanwhile, and the step lands on the first half."""
    seen = tree(p("xy", id="a"))
    sent = tree(h1("xy", id="a", chg=layers((A, {"style": "p"}))))
    split = layers((B, {"id": "a"}))
    found = tree(p("x", id="a", mi=B), p("y", id="n", chg=split))
    torn = tree(h1("x", id="a", mi=B, chg=layers((A, {"style": "p"}))), p("y", id="n", chg=split))
    merged = tree(
        h1("x", id="a", mi=B, chg=layers((A, {"style": "p"}))),
        h1("y", id="n", chg=layers((B, {"id": "a"}), (A, {"style": "p"}))),
    )
    assert not suggest_law.keeps_intent(seen, sent, found, torn, owner("julie"))
    assert suggest_law.keeps_intent(seen, sent, found, merged, owner("julie"))


def check_that_what_is_put_in_stays_beside_what_it_was_put_beside() -> None:
    """A paragraph was taken away meanwhile on either side of the place of a new one, which now stands elsewhere."""
    seen = tree(p("x", id="a"), p("y", id="b"), p("z", id="c"), p("w", id="d"))
    new = p(ins("n"), id="n", mi=A)
    sent = tree(p("x", id="a"), p("y", id="b"), new, p("z", id="c"), p("w", id="d"))
    found = tree(p("x", id="a"), p("w", id="d"))
    one_gone = tree(p("x", id="a"), p("y", id="b"), p("w", id="d"))
    beside = tree(p("x", id="a"), p("y", id="b"), new, p("w", id="d"))
    assert keeps_intent(seen, sent, one_gone, beside, owner("julie"))
    assert not keeps_intent(seen, sent, found, tree(p("x", id="a"), new, p("w", id="d")), owner("julie"))


def test_a_merge_that_overtook_a_decision_on_its_own_words_does_not_keep_its_intent() -> None:
    seen = tree(p("x", ins("z", B), id="a"), p("w", id="c"))
    sent = tree(p("x", ins("y"), ins("z", B), id="a"), p("w", id="c"))
    found = tree(p("xz", id="a"), p("w", id="c"))

    assert not keeps_intent(seen, sent, found, tree(p("x", ins("y"), "z", id="a"), p("w", id="c")), owner("julie"))


def test_what_others_changed_plainly_elsewhere_leaves_a_merge_its_intent() -> None:
    seen, sent = tree(p("x", id="a"), p("w", id="c")), tree(p("x", ins("y"), id="a"), p("w", id="c"))
    found, merged = tree(p("x", id="a"), p("wow", id="c")), tree(p("x", ins("y"), id="a"), p("wow", id="c"))

    assert keeps_intent(seen, sent, found, merged, owner("julie"))
    assert not keeps_intent(seen, sent, found, tree(p("x", id="a"), p("w", ins("y"), "ow", id="c")), owner("julie"))


#: What must hold, and a broken guard with which it does not.
GUARDS: dict[Callable[[], None], list[tuple[Any, str, Callable[..., Any]]]] = {
    check_that_no_id_stands_twice: [(suggestion_formula, "_orphan_id", lambda known: known)],
    check_that_order_does_not_count_across_an_undecided_table: [
        (suggestion_formula, "closes", lambda child: not child.is_textblock)
    ],
    check_that_a_deletion_in_another_s_name_is_refused: [(suggest_law, "_is_forged", lambda found, mine: False)],
    check_that_forms_of_layers_count: [
        (suggest_law, "layers_fault", lambda node: None),
        (suggest_law, "_gone", lambda blocks: 0),
    ],
    check_that_a_new_row_is_judged_when_other_rows_change_too: [
        (suggest_law, "_row_breach", lambda found, mine: None)
    ],
    check_that_rows_under_a_spanning_cell_are_not_suggested_one_by_one: [(suggest_law, "_torn", lambda blocks: 0)],
    check_that_the_author_s_own_paragraph_may_change_its_properties: [(suggest_law, "closes", lambda child: True)],
    check_that_a_merge_says_what_its_author_saw: [
        (suggest_law, "keeps_intent", lambda *_: True),
        (suggest_law, "_is_same_change", lambda *_: True),
    ],
    check_that_what_is_put_in_stays_beside_what_it_was_put_beside: [
        (suggest_law, "_is_same_place", lambda *_: True)
    ],
}  # fmt: skip


def _sentence(check: Any) -> str:
    return str(check.__name__.removeprefix("check_that_").replace("_", " "))


@pytest.mark.parametrize("check", GUARDS, ids=_sentence)
def test_it_holds_that(check: Callable[[], None]) -> None:
    check()


@pytest.mark.parametrize(
    ("check", "twin"),
    [
        pytest.param(check, twin, id=f"{_sentence(check)}-{twin[1]}")
        for check, twins in GUARDS.items()
        for twin in twins
    ],
)
def test_without_its_guard_it_does_not_hold_that(
    check: Callable[[], None], twin: tuple[Any, str, Callable[..., Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*twin)

    with pytest.raises(AssertionError):
        check()
