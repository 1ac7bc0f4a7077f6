"""Suggestions as their cards tell them: whose, where, and what each would do."""

from guidelines.document import Mark
from guidelines.suggestions import Kind, also_closed, suggestions_in
from tests.builders import cell, h1, h2, p, row, rule, table, text
from tests.guidelines.suggestion_specimens import A, B, C, both, gone, ins, layers, of_row, tree


def test_a_replacement_is_told_with_its_words_its_place_and_its_author() -> None:
    found = tree(h1("Purpose", id="s1"), p("We ", gone("shall"), ins("must"), " ask.", id="a"))

    (card,) = suggestions_in(found)

    assert (card.id, card.session, card.kinds) == (A, "aicha", {Kind.INSERTED, Kind.DELETED})
    assert (card.deleted, card.inserted) == ("shall", "must")
    assert {(piece.section, piece.block) for piece in card.pieces} == {("s1", "a")}
    assert [(piece.start, piece.end) for piece in card.pieces] == [(13, 18), (18, 22)]


def test_neighbouring_texts_are_one_piece_and_those_apart_are_not() -> None:
    found = tree(p(ins("a"), ins("b", A, Mark("strong")), "c", ins("d"), id="x"), p(ins("e"), id="y"))

    (card,) = suggestions_in(found)

    assert [piece.text for piece in card.pieces] == ["ab", "d", "e"]
    assert card.inserted == "ab … d\ne"


def test_properties_and_forms_are_told_as_they_were_and_as_they_would_be() -> None:
    chg = layers((A, {"style": "p", "id": "z"}), (B, {"style": "h1", "list": None}))
    found = tree(h2(text("x", Mark("strong"), Mark("fmt", {"chg": layers((C, {"strong": None}))})), id="a", chg=chg))

    cards = {card.id: card.pieces[0] for card in suggestions_in(found)}

    assert [cards[A].was, cards[A].now] == [{"style": "p"}, {"style": "h1"}]
    assert [cards[B].was, cards[B].now] == [{"style": "h1", "list": None}, {"style": "h2", "list": None}]
    assert (cards[C].kind, cards[C].was, cards[C].now) == (Kind.FORM, {"strong": None}, {"strong": {}})


def test_a_join_that_a_table_holds_up_says_so() -> None:
    after = (table(row(cell("x")), id="t"), p("y", id="b"))
    removed = (rule(id="r", **{"del": A}), p("y", id="b"))

    (held_up,) = suggestions_in(tree(p("x", id="a", md=B), *after))
    joined = next(card for card in suggestions_in(tree(p("x", id="a", md=B), *removed)) if card.id == B)

    assert [(piece.kind, piece.waits) for piece in held_up.pieces] == [(Kind.JOINED, True)]
    assert [(piece.kind, piece.waits) for piece in joined.pieces] == [(Kind.JOINED, False)]


def test_rows_rules_and_breaks_are_told() -> None:
    found = tree(
        p("x", id="a", mi=A), rule(id="r", ins=A, **{"del": B}),
        table(row(cell("1"), cell("2")), of_row(row(cell("3"), cell(p(ins("4", C)))), ins=A, **{"del": B}), id="t"),
        p("y", id="b", chg=layers((A, {"id": "a"}))),
    )  # fmt: skip

    cards = {card.id: card for card in suggestions_in(found)}

    assert [piece.kind for piece in cards[A].pieces] == [Kind.SPLIT, Kind.RULE_ADDED, Kind.ROW_ADDED]
    assert [(piece.kind, piece.block, piece.text) for piece in cards[B].pieces] == [
        (Kind.RULE_REMOVED, "r", ""), (Kind.ROW_REMOVED, "t", "3 | 4"),
    ]  # fmt: skip
    assert cards[C].inserted == "4"
    assert list(cards) == [A, B, C]


def test_a_decision_tells_which_others_it_closes() -> None:
    found = tree(
        p("x", both("y", A, B), id="a"), h2("z", id="b", chg=layers((A, {"style": "p"}), (C, {"style": "h1"})))
    )

    assert also_closed(found, set(), {A}) == {B}
    assert also_closed(found, {A}, set()) == set()
    assert also_closed(found, {A, B}, set()) == set()
    assert also_closed(tree(h2("z", chg=layers((A, {"style": "p"}), (C, {"style": "h1"})))), {C}, set()) == {A}
