"""The reference is complete, true to the handlers, and nothing of the tables leaves or enters by a signature."""

from typing import Any, get_args, get_type_hints

import pytest
from jsonschema import ValidationError
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.utils.helpers import unwrap_partial
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel
from sqlalchemy import Engine
from sqlmodel import SQLModel

from api.app import create_app
from api.config import Config
from api.database import make_engine
from api.migrate import migrate
from api.routes.reference import MEANINGS
from tests.api.programs import Company


@pytest.fixture(scope="module")
def app() -> Litestar:
    return create_app(Config(database_url="sqlite://"))


def handlers(app: Litestar) -> list[HTTPRouteHandler]:
    return [
        handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if isinstance(handler, HTTPRouteHandler)
    ]


def named_types(hint: Any) -> set[type]:
    """Every class that an annotation names, the fields of models too."""
    found: set[type] = set()
    waiting = [hint]
    while waiting:
        here = waiting.pop()
        waiting += get_args(here)
        if isinstance(here, type) and here not in found:
            found.add(here)
            if issubclass(here, BaseModel):
                waiting += [field.annotation for field in here.model_fields.values()]
                found |= set(here.__mro__)
    return found


def test_no_handler_takes_or_returns_a_table(app: Litestar) -> None:
    walked = 0
    for handler in handlers(app):
        function = unwrap_partial(handler.fn)
        if function.__module__.startswith("litestar."):
            continue
        for hint in get_type_hints(function, include_extras=True).values():
            walked += 1
            tables = {kind for kind in named_types(hint) if issubclass(kind, SQLModel)}
            assert not tables, f"{function.__module__}.{function.__name__} names {tables}"
    assert walked > 100


def test_a_table_hidden_in_a_page_of_a_list_would_be_found() -> None:
    from api.routes.paging import Page
    from guidelines.tables import Person

    assert Person in named_types(Page[list[Person]])
    assert Person in named_types(dict[str, Person] | None)


def test_an_answer_that_the_reference_does_not_describe_is_noticed(company_on_sqlite: Company) -> None:
    company = company_on_sqlite
    company.begin()
    operation = company.openapi["paths"]["/api/v1/guidelines/{slug}"]["get"]
    found = company.openapi["components"]["schemas"]["GuidelineWithVersions"]["properties"]
    company.get("/api/v1/guidelines/charter", "aicha")
    found["slug"] = {"type": "integer"}
    with pytest.raises(ValidationError, match="is not of type 'integer'"):
        company.get("/api/v1/guidelines/charter", "aicha")
    del operation["responses"]["404"]
    with pytest.raises(AssertionError, match="get_guideline does not describe 404"):
        company.get("/api/v1/guidelines/nowhere", "aicha", 404)


def test_the_reference_is_a_valid_openapi_text(company_on_sqlite: Company) -> None:
    OpenAPIV31SpecValidator(company_on_sqlite.openapi).validate()


def test_every_operation_is_named_summed_up_tagged_and_says_who_may_ask(company_on_sqlite: Company) -> None:
    names = []
    for path, operations in company_on_sqlite.openapi["paths"].items():
        assert path.startswith("/api/v1/") or path == "/healthz"
        for operation in operations.values():
            names.append(operation["operationId"])
            assert operation["summary"]
            assert operation["description"]
            assert operation["tags"]
            assert operation["security"], operation["operationId"]
    assert len(names) == len(set(names)) > 50
    tags = {tag["name"] for tag in company_on_sqlite.openapi["tags"]}
    used = {tag for item in company_on_sqlite.openapi["paths"].values() for op in item.values() for tag in op["tags"]}
    assert used == tags


def test_every_refusal_is_described_as_a_problem(company_on_sqlite: Company) -> None:
    for operations in company_on_sqlite.openapi["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                assert answer["description"]
                if int(status) >= 400 and operation["operationId"] != "health":
                    content = answer["content"]["application/problem+json"]
                    assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
                    assert answer["description"] == MEANINGS[int(status)]
            if {"token": []} in operation["security"] and {} not in operation["security"]:
                assert "401" in operation["responses"]


def test_every_parameter_in_an_address_is_described(company_on_sqlite: Company) -> None:
    for path, operations in company_on_sqlite.openapi["paths"].items():
        for operation in operations.values():
            described = {item["name"] for item in operation.get("parameters", []) if item["in"] == "path"}
            assert described == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_health_tells_a_database_that_lacks_its_migrations(company_on_sqlite: Company) -> None:
    company = company_on_sqlite
    assert company.get("/healthz", None, 503) == {"status": "failing", "database": "outdated"}


def test_health_is_well_on_a_migrated_database_and_needs_no_account(tmp_path: Any) -> None:
    from litestar.testing import TestClient

    url = f"sqlite:///{tmp_path}/charte.db"
    engine = make_engine(url)
    migrate(engine)
    with TestClient(create_app(Config(database_url=url), engine=engine)) as client:
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok"})
        assert url not in answer.text
    engine.dispose()


def test_health_tells_a_database_that_cannot_be_reached(tmp_path: Any) -> None:
    from litestar.testing import TestClient

    url = f"sqlite:///{tmp_path}/no/such/folder/charte.db"
    with TestClient(create_app(Config(database_url=url))) as client:
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()) == (503, {"status": "failing", "database": "unreachable"})


@pytest.fixture
def company_on_sqlite(tmp_path: Any) -> Any:
    engine: Engine = make_engine(f"sqlite:///{tmp_path}/charte.db")
    SQLModel.metadata.create_all(engine)
    built = Company(engine)
    with built.client:
        yield built
    engine.dispose()
