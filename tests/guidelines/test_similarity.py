"""Similarity: the exact figure, by whatever short cut; and words compared through a shared alphabet are the same."""

from hypothesis import example, given
from hypothesis import strategies as st

from guidelines.similarity import overlap, similar, similarity
from guidelines.tokens import tokens
from guidelines.word_diff import Alphabet, word_runs

LISTS = st.lists(st.sampled_from("abcd"), max_size=9)
TEXTS = st.text(alphabet="ab l’'-.\u00a0\n1@:/w", max_size=24)


def common(old: list[str], new: list[str]) -> int:
    """The longest common subsequence, as the textbook has it."""
    if not old or not new:
        return 0
    if old[0] == new[0]:
        return 1 + common(old[1:], new[1:])
    return max(common(old[1:], new), common(old, new[1:]))


@given(LISTS, LISTS)
def test_similarity_is_twice_the_longest_common_subsequence_over_all_words(old: list[str], new: list[str]) -> None:
    expected = 2 * common(old, new) / (len(old) + len(new)) if old and new else 0.0
    assert similarity(old, new) == expected
    assert overlap(old, new) >= expected


@given(LISTS, LISTS, st.sampled_from([0.3, 0.4, 0.5, 0.7]))
def test_what_is_similar_enough_has_its_similarity_and_the_rest_none(
    old: list[str], new: list[str], least: float
) -> None:
    exact = similarity(old, new)
    assert similar(old, new, least) == (exact if exact >= least else 0.0)


@given(TEXTS, st.lists(TEXTS, max_size=3))
@example("a- ", [])
def test_an_alphabet_spells_a_text_token_by_token_whatever_it_has_spelled_before(text: str, before: list[str]) -> None:
    alphabet = Alphabet()
    for other in before:
        alphabet.encode(other)
    letters = alphabet.encode(text)
    assert [alphabet.tokens[letter] for letter in letters] == tokens(text)
    assert alphabet.decode(letters) == text


@given(TEXTS, TEXTS, TEXTS)
def test_texts_compared_one_after_the_other_are_compared_as_if_alone(one: str, two: str, three: str) -> None:
    alphabet = Alphabet()
    word_runs(one, two, alphabet=alphabet)
    assert word_runs(two, three, alphabet=alphabet) == word_runs(two, three)


@given(TEXTS, TEXTS)
def test_both_cores_give_the_same_runs(old: str, new: str) -> None:
    assert word_runs(old, new, accelerated=True) == word_runs(old, new, accelerated=False)
