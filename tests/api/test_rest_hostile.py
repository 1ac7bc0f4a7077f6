"""Hostile requests: every operation that takes a body answers them with a problem, never with a fault of its own."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import SQLModel

from api.app import create_app
from api.config import Config
from api.database import make_engine
from tests.api.programs import Company
from tests.api.test_rest_refusals import refused
from workflow.policy import shipped
from workflow.policy_text import as_toml

STEP = {"stepType": "replace", "from": 11, "to": 11, "slice": {"content": [{"type": "text", "text": "x"}]}}

#: What gets a body past its first checks, so that hostile neighbours reach what lies behind them.
PLAUSIBLE: dict[str, list[Any]] = {
    "title": ["Charter"], "language": ["en", "fr"], "kind": ["guide"], "owner_team": ["comms"], "slug": ["", "other"],
    "policy": ["standard"], "decision": ["approve", "object", "retract", "lift"], "team": ["comms", "legal"],
    "sections": [["b0"], ["nowhere"]], "shown_hash": ["0" * 64], "hash": ["0" * 64], "remark": ["Because."],
    "number": ["minor", "major"], "revision": [0, 1], "ref": ["r"], "steps": [[STEP]], "text": ["Words."],
    "from": [1, 11], "to": [3, 14], "section": ["b0"], "quote": ["Ask"], "markdown": ["# A\n\nB.\n"],
    "document": [{"type": "doc", "content": [{"type": "paragraph"}]}],
    "role": ["editor"], "name": ["Somebody"], "email": ["somebody@x.example"], "id": ["press"],
    "name_fr": ["Presse"], "name_en": ["Press"], "days": [1],
}  # fmt: skip

TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", " ", "a\0b", "\ud800", "\u202eabc", "x" * 5_000, "1 OR 1=1", "../..", "'; --", "0001-01-01"]),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False), TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)
HOSTILE_STEPS = st.lists(
    st.fixed_dictionaries(
        {"stepType": st.sampled_from(["replace", "addMark", "attr", "docAttr", "replaceAround", "none"])},
        optional=dict.fromkeys(["from", "to", "slice", "mark", "pos", "attr", "value", "gapFrom", "gapTo"], VALUES),
    ),
    min_size=1,
    max_size=3,
)


def writing_operations() -> list[tuple[str, str]]:
    """(method, path) of every operation that takes a body, from the reference."""
    paths = create_app(Config(database_url="sqlite://")).openapi_schema.to_schema()["paths"]
    return [
        (method.upper(), path)
        for path, operations in paths.items()
        for method, operation in operations.items()
        if "requestBody" in operation
    ]


@pytest.fixture
def company(engine: Engine) -> Iterator[Company]:
    built = Company(engine)
    with built.client:
        yield built


def address(company: Company, path: str) -> str:
    """The operation's address with things that exist, so that the body is what is judged."""
    version_id = company.begin()
    at = f"/api/v1/versions/{version_id}"
    thread = company.post(f"{at}/threads", "aicha", {"text": "Why?"}, 201)["id"]
    if "/editions/" in path:
        company.publish(version_id)
    elif path.endswith(("/sign-offs", "/publish", "/request-changes", "/reopen")):
        company.post(f"{at}/submit", "aicha")
    known = {"version_id": version_id, "thread_id": thread, "slug": "charter", "number": "1.0", "person_id": "ines"}
    if "/policies/{name}" in path:
        toml = as_toml(shipped()["standard"].model_copy(update={"review_every_months": 3}))
        row = company.post("/api/v1/policies", "aicha", {"toml": toml, "reason": "Sooner."}, 201)
        known |= {"name": row["name"], "number": str(row["number"])}
    return path.format(**known)


def bodies(company: Company, method: str, path: str) -> st.SearchStrategy[Any]:
    """Bodies with the operation's own keys, each plausible or hostile, and bodies that are nothing like it."""
    operation = company.operation(method, path)
    assert operation is not None
    schema = next(iter(operation["requestBody"]["content"].values()))["schema"]
    if "$ref" in schema:
        schema = company.openapi["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    fields = {
        name: st.one_of(st.sampled_from(PLAUSIBLE.get(name, [None])), VALUES, *_also(name))
        for name in schema.get("properties", {})
    }
    return st.one_of(st.fixed_dictionaries({}, optional=fields), st.fixed_dictionaries(fields), VALUES)


def _also(name: str) -> list[st.SearchStrategy[Any]]:
    return [HOSTILE_STEPS] if name == "steps" else []


@pytest.mark.parametrize("operation", writing_operations(), ids=" ".join)
def test_no_body_is_answered_by_a_fault(company: Company, operation: tuple[str, str]) -> None:
    method, path = operation
    target = address(company, path)
    person = "camille" if "/people" in path or "/teams" in path else "aicha"

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(value=bodies(company, method, path))
    def judge(value: Any) -> None:
        content = json.dumps(value).encode()
        answer = company.ask(method, target, person, content=content, headers={"content-type": "application/json"})
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            refused(answer)

    judge()


RAW = {
    "nothing": b"",
    "cut off": b'{"title": ',
    "null": b"null",
    "a list": b"[]",
    "not UTF-8": b'{"title": "\xff\xfe"}',
    "NaN": b'{"title": NaN}',
    "a number of 5,000 digits": b'{"revision": ' + b"9" * 5_000 + b"}",
    "half a surrogate pair": b'{"title": "\\ud800"}',
    "100,000 brackets": b"[" * 100_000,
    "5,000 objects in each other": b'{"document": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
    "20 MB of one word": b'{"title": "' + b"x" * 20_000_000 + b'"}',
    "20 MB of lists": b'{"document": {"content": [' + b"[]," * 6_600_000 + b"[]]}}",
}


@pytest.mark.parametrize("body", RAW.values(), ids=RAW)
def test_what_is_hardly_json_is_refused_everywhere(company_on_sqlite: Company, body: bytes) -> None:
    company = company_on_sqlite
    for method, path in writing_operations():
        if len(body) > 1_000_000 and not path.endswith(("/guidelines", "/document", "/steps")):
            continue
        target = path.replace("{", "").replace("}", "")
        answer = company.ask(method, target, "camille", content=body, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, f"{method} {path}: {answer.text[:200]}"
        refused(answer)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded"]
)
def test_a_body_of_another_kind_is_refused(company_on_sqlite: Company, kind: str) -> None:
    for method, path in writing_operations():
        target = path.replace("{", "").replace("}", "")
        options = {"content": b"title=x", "headers": {"content-type": kind}}
        answer = company_on_sqlite.ask(method, target, "camille", **options)
        assert 400 <= answer.status_code < 500, f"{method} {path}: {answer.text[:200]}"


@pytest.mark.parametrize("size", [25_000_001, 26_000_000])
def test_more_than_a_request_may_hold_is_refused_with_the_limit(company_on_sqlite: Company, size: int) -> None:
    answer = company_on_sqlite.client.post(
        "/api/v1/guidelines",
        content=b" " * size,
        headers={
            "content-type": "application/json",
            "authorization": f"Bearer {company_on_sqlite.tokens['aicha']}",
        },
    )
    assert refused(answer) == (413, "request_too_large")


ODD_PARTS = ["%00", "a%00b", "x" * 5_000, "1 OR 1=1", "%F0%9F%92%A9", "..%2F..", "-1", "9" * 400, "%ED%A0%80", "%ff"]


@pytest.mark.parametrize("part", ODD_PARTS)
def test_no_address_is_answered_by_a_fault(company: Company, part: str) -> None:
    version_id = company.begin()
    for template, operations in company.openapi["paths"].items():
        if "{" not in template or "get" not in operations:
            continue
        for known in ("", version_id):
            path = template.replace("{version_id}", known or part)
            for name in ("slug", "number", "thread_id", "section", "format", "person_id", "token_id", "role", "name"):
                path = path.replace(f"{{{name}}}", part)
            answer = company.ask("GET", path, "camille")
            assert answer.status_code < 500, f"{path[:100]}: {answer.text}"
            if answer.status_code >= 400:
                assert refused(answer)[0] in (400, 404), path[:100]


@pytest.mark.parametrize("address", ["/api/v1", "/api/v1/nothing", "/api/v1/versions", "/api/v2/guidelines"])
def test_an_address_that_is_none_is_a_problem_too(company_on_sqlite: Company, address: str) -> None:
    assert refused(company_on_sqlite.client.get(address)) == (404, "unknown_address")


def test_a_method_that_an_address_does_not_take_is_a_problem_too(company_on_sqlite: Company) -> None:
    answer = company_on_sqlite.client.delete("/api/v1/handbook")
    assert refused(answer) == (405, "method_not_allowed")
    assert answer.json()["detail"].endswith("/api/schema/openapi.json.")
    assert "GET" in answer.headers["allow"]


FORMS: dict[str, dict[str, Any]] = {
    "no file": {"data": {"other": "x"}},
    "a field in the file's place": {"data": {"file": "words"}},
    "a file without a name": {"files": {"file": ("", b"words")}},
    "two files": {"files": [("file", ("a.md", b"one")), ("file", ("b.md", b"two"))]},
    "5,000 parts": {"files": [(f"f{number}", ("a.md", b"x")) for number in range(5_000)]},
    "a file of nothing": {"files": {"file": ("a.md", b"")}},
    "a file of 6 MB": {"files": {"file": ("a.md", b"x" * 6_000_000)}},
    "a zip": {"files": {"file": ("a.md", b"PK\x03\x04")}},
    "an ending from nowhere": {"files": {"file": ("a." + "x" * 3_000, b"words")}},
    "a NUL": {"files": {"file": ("a.md", b"a\0b")}},
    "Latin letters": {"files": {"file": ("a.md", "é".encode("latin-1"))}},
    "no JSON": {"files": {"file": ("a.json", b"[" * 100_000)}},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_an_upload_that_cannot_be_read_stores_nothing(company: Company, form: dict[str, Any]) -> None:
    version_id = company.begin()
    before = company.get(f"/api/v1/versions/{version_id}/hash", "aicha")
    for address, person in ((f"/api/v1/versions/{version_id}/import", "aicha"), ("/api/v1/people/import", "camille")):
        answer = company.ask("POST", address, person, **form)
        assert 400 <= answer.status_code < 500, f"{address}: {answer.status_code} {answer.text[:200]}"
        refused(answer)
    assert company.get(f"/api/v1/versions/{version_id}/hash", "aicha") == before


def test_without_its_guard_a_nul_in_an_address_would_be_a_fault(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.visit.refuse_nul", lambda _request: None)
    headers = {"authorization": f"Bearer {company.tokens['aicha']}"}
    answer = company.client.get("/api/v1/guidelines/a%00b", headers=headers)
    assert answer.status_code == (500 if company.engine.dialect.name == "postgresql" else 404)


@pytest.mark.parametrize("token", ["", "x", "charte_", "charte_x_", "charte_" + "x" * 5_000 + "_y", "charte_é_y"])
def test_an_odd_token_is_nobody(company: Company, token: str) -> None:
    answer = company.client.get("/api/v1/me", headers={"authorization": f"Bearer {token}".encode()})
    assert refused(answer) == (401, "sign_in_required")


@pytest.mark.parametrize("query", ["revision=-1", "revision=99999999999999999999", "revision=x", "revision=2147483648"])
def test_a_revision_that_is_no_number_is_refused_and_one_not_reached_is_gone(company: Company, query: str) -> None:
    at = f"/api/v1/versions/{company.begin()}"
    assert refused(company.ask("GET", f"{at}/document?{query}", "aicha")) == (400, "invalid_request")
    assert refused(company.ask("GET", f"{at}/document?revision=5", "aicha")) == (410, "version_gone")


@pytest.fixture
def company_on_sqlite(tmp_path: Any) -> Iterator[Company]:
    engine = make_engine(f"sqlite:///{tmp_path}/charte.db")
    SQLModel.metadata.create_all(engine)
    built = Company(engine)
    with built.client:
        yield built
    engine.dispose()
