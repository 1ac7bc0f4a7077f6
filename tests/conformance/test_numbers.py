"""Writing looks like reading: the editor numbers headings and clauses as every export does."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.numbering import numbers
from guidelines.document import Node, serialise
from tests.builders import bullet, doc, h, p, rule
from tests.conformance.conftest import Peer


@pytest.fixture(scope="module")
def numbered() -> Iterator[Callable[[Any], Any]]:
    """Asks the editor for a document's numbers."""
    peer = Peer("numbers.ts")
    yield peer.ask
    peer.end()


BLOCKS = st.one_of(
    st.integers(1, 6).map(lambda level: h(level, "x")),
    st.sampled_from([p("x"), p("x", box="note"), p("x", indent=1), bullet("x"), rule()]),
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(BLOCKS, min_size=1, max_size=14), st.sampled_from(["none", "headings", "clauses"]))
def test_the_editor_and_the_exports_give_the_same_numbers(
    numbered: Callable[[Any], Any], blocks: list[Node], style: str
) -> None:
    document = doc(*blocks, numbering=style)
    assert {int(place): number for place, number in numbered(serialise(document)).items()} == numbers(document)
