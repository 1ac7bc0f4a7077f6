"""Walking pages gives each row once and in order, also while rows are added, and an odd cursor is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from api.routes.paging import after, paged, read_cursor, write_cursor
from tests.api.programs import Company

API = "/api/v1"
SLUGS = st.lists(st.from_regex("[a-z]{1,3}", fullmatch=True), unique=True, min_size=1, max_size=8)


@pytest.fixture
def company(engine: Engine) -> Iterator[Company]:
    built = Company(engine)
    with built.client:
        yield built


def walk(company: Company, address: str, limit: int, between: Any = None) -> list[dict[str, Any]]:
    """Every row of every page; `between` happens after each page."""
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        join = "&" if "?" in address else "?"
        page = company.get(f"{address}{join}limit={limit}&cursor={cursor}", "aicha")
        assert len(page["items"]) <= limit
        rows += page["items"]
        if page["next"] is None:
            return rows
        cursor = page["next"]
        if between is not None:
            between()


@given(rows=st.lists(st.tuples(st.text(), st.integers()), unique=True), limit=st.integers(1, 5))
def test_pages_of_a_sorted_list_join_to_the_list(rows: list[tuple[str, int]], limit: int) -> None:
    rows.sort()
    seen: list[tuple[str, int]] = []
    cursor: str | None = ""
    while cursor is not None:
        rest = after(rows, read_cursor(cursor, str, int), lambda row: row)
        page, cursor = paged(rest[: limit + 1], limit, lambda row: row)
        seen += page
    assert seen == rows


def test_paging_by_offset_would_repeat_a_row_when_one_is_added_before_it() -> None:
    rows = ["b", "c", "d"]
    first = rows[:2]
    rows.insert(0, "a")
    assert first + rows[2:4] == ["b", "c", "c", "d"]
    assert first + after([(row,) for row in rows], (first[-1],), lambda row: row) == ["b", "c", ("d",)]


@given(key=st.tuples(st.text(), st.integers()))
def test_a_cursor_reads_back_as_it_was_written(key: tuple[str, int]) -> None:
    assert read_cursor(write_cursor(key), str, int) == key


@settings(
    max_examples=8, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(first=SLUGS, added=SLUGS, limit=st.integers(1, 4), prefix=st.uuids())
def test_rows_added_meanwhile_repeat_and_hide_none(
    company: Company, first: list[str], added: list[str], limit: int, prefix: object
) -> None:
    team = f"{prefix}"  # the title by which this example's rows are found again
    for slug in first:
        company.begin(f"{slug}-{prefix}", title=team)
    waiting = [f"{slug}-{prefix}" for slug in added if slug not in first]

    def add_one() -> None:
        if waiting:
            company.begin(waiting.pop(), title=team)

    slugs = [row["slug"] for row in walk(company, f"{API}/guidelines?q={team}", limit, add_one)]
    assert slugs == sorted(set(slugs))
    assert {f"{slug}-{prefix}" for slug in first} <= set(slugs)


def test_every_paged_list_is_walked_whole(company: Company) -> None:
    for slug in ("a", "b", "c"):
        company.publish(company.begin(slug))
    for address, key in (
        ("guidelines", "slug"),
        ("handbook", "slug"),
        ("guidelines/a/events", "seq"),
        ("people", "id"),
    ):
        asked = {"people": "camille"}.get(address, "aicha")
        whole = company.get(f"{API}/{address}?limit=200", asked)["items"]
        for limit in (1, 2):
            rows, cursor = [], ""
            while cursor is not None:
                page = company.get(f"{API}/{address}?limit={limit}&cursor={cursor}", asked)
                rows += page["items"]
                cursor = page["next"]
            assert [row[key] for row in rows] == [row[key] for row in whole]
            assert len(rows) >= 3


def test_a_list_is_narrowed_by_what_is_asked(company: Company) -> None:
    company.publish(company.begin("a", title="Alpha"))
    company.begin("b", title="Bêta", language="fr")

    def slugs(query: str) -> list[str]:
        return [row["slug"] for row in company.get(f"{API}/guidelines?{query}", "julie")["items"]]

    assert slugs("state=draft") == ["b"]
    assert slugs("state=published") == ["a"]
    assert slugs("language=fr") == ["b"]
    assert slugs("owner_team=comms") == ["a", "b"]
    assert slugs("owner_team=legal") == []
    assert slugs("q=ALPH") == ["a"]
    assert slugs("q=%25") == []
    assert [row["slug"] for row in company.get(f"{API}/handbook?language=fr", None)["items"]] == []


@pytest.mark.parametrize("cursor", ["x", "%F0%9F", "W10", "WyJhIiwgMV0", "bnVsbA", "a" * 401, "%00"])
def test_an_odd_cursor_is_refused(company: Company, cursor: str) -> None:
    for address in ("guidelines", "handbook", "people"):
        answer = company.ask("GET", f"{API}/{address}?cursor={cursor}", "camille")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("limit", ["0", "-1", "201", "1000000000", "x", "99999999999999999999"])
def test_an_odd_limit_is_refused(company: Company, limit: str) -> None:
    answer = company.ask("GET", f"{API}/guidelines?limit={limit}", "aicha")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
