"""Who reaches which page: every route says who may, and each kind of person gets the page, the sign-in or a refusal."""

import re
from collections.abc import Iterator

import pytest
from litestar.routes import HTTPRoute
from sqlalchemy import Engine

from api.i18n import LANGUAGES
from api.keys import seal_published
from api.visit import Access
from tests.api.browsing import Company, Page

PEOPLE = (None, "ines", "mathieu", "julie", "camille")
#: Address: status for a visitor without an account, a reader, an editor, a reviewer, an administrator who also edits.
#: 302 is the way to the sign-in page.
PAGES = {
    "/": (200, 200, 200, 200, 200),
    "/sign-in": (200, 200, 200, 200, 200),
    "/handbook": (200, 200, 200, 200, 200),
    "/handbook/search": (200, 200, 200, 200, 200),
    "/handbook/search?q=consent": (200, 200, 200, 200, 200),
    "/handbook/search?q=nothing+of+it": (200, 200, 200, 200, 200),
    "/handbook/charter": (200, 200, 200, 200, 200),
    "/handbook/charter/1.0": (200, 200, 200, 200, 200),
    "/handbook/charter/compare": (200, 200, 200, 200, 200),
    "/handbook/charter/1.0/export/html": (200, 200, 200, 200, 200),
    "/preferences": (302, 200, 200, 200, 200),
    "/notices": (302, 200, 200, 200, 200),
    "/notices/1": (302, 404, 404, 404, 404),
    "/go/nowhere": (302, 200, 200, 200, 200),
    "/unsubscribe/nowhere": (404, 404, 404, 404, 404),
    "/guidelines": (302, 404, 200, 200, 200),
    "/guidelines/new": (302, 404, 200, 403, 200),
    "/guidelines/charter": (302, 404, 200, 200, 200),
    "/guidelines/charter/evidence": (302, 404, 200, 200, 200),
    "/guidelines/charter/evidence/1.0/bundle": (302, 404, 200, 200, 200),
    "/versions/v2/edit": (302, 404, 200, 200, 200),
    "/versions/v2/standing": (302, 404, 200, 200, 200),
    "/versions/v2/history": (302, 404, 200, 200, 200),
    "/versions/v1/history?stop=1&view=writers": (302, 404, 200, 200, 200),
    "/versions/v2/review": (302, 404, 200, 200, 200),
    "/versions/v1/review": (302, 404, 200, 200, 200),
    "/versions/v1/edit": (302, 404, 409, 409, 409),
    "/policies": (302, 404, 200, 200, 200),
    "/new-policy": (302, 404, 200, 200, 200),
    "/policies/standard": (302, 404, 200, 200, 200),
    "/policies/standard/change": (302, 404, 200, 200, 200),
    "/policies/standard/file": (302, 404, 200, 200, 200),
    "/policies/standard/2": (302, 404, 404, 404, 404),
    "/admin/people": (302, 403, 403, 403, 200),
    "/admin/chat": (302, 403, 403, 403, 200),
    "/invitation/nowhere": (404, 404, 404, 404, 404),
}
#: Decisions, as somebody sends them who writes the request by hand.
FORMS = {
    "/versions/v2/submit": (401, 404, 403),
    "/versions/v2/approve": (401, 404, 409),
    "/versions/v2/publish": (401, 404, 403),
    "/versions/v2/restore": (401, 404, 410),
    "/versions/v2/withdraw": (401, 404, 403),
    "/versions/v2/threads": (401, 404, 422),
    "/guidelines/charter/draft": (401, 404, 403),
    "/guidelines/charter/details": (401, 404, 422),
    "/keys": (401, 200, 200),
    "/admin/teams": (401, 403, 403),
}


@pytest.fixture
def company(engine: Engine) -> Company:
    built = Company(engine)
    with built.acting() as house:
        house.first_edition()
        seal_published(house.session, built.config, "v1", at=house.tick(), person_id="aicha")
        house.draft("v2")
    return built


def status(company: Company, name: str | None, address: str) -> int:
    answer = company.visitor(name).client.get(address)
    if answer.history and "/sign-in" in str(answer.url) and "/sign-in" not in address:
        return 302
    return answer.status_code


@pytest.mark.parametrize("path", PAGES)
def test_each_kind_of_person_gets_the_page_the_sign_in_or_a_refusal(company: Company, path: str) -> None:
    for language in LANGUAGES:
        found = tuple(status(company, name, f"/{language}{path}") for name in PEOPLE)
        assert found == PAGES[path], language


def test_a_decision_is_refused_to_whom_it_is_not_open(company: Company) -> None:
    for path, wanted in FORMS.items():
        found = tuple(company.visitor(name).post(path).status for name in (None, "ines", "julie"))
        assert found == wanted, path


def test_every_page_is_in_the_table(company: Company) -> None:
    asked = {path.split("?")[0] for path in PAGES}
    shapes = {
        "/handbook/{slug}": "/handbook/charter",
        "/handbook/{slug}/{number}": "/handbook/charter/1.0",
        "/handbook/{slug}/compare": "/handbook/charter/compare",
        "/handbook/{slug}/{number}/export/{format}": "/handbook/charter/1.0/export/html",
        "/guidelines/{slug}": "/guidelines/charter",
        "/guidelines/{slug}/evidence": "/guidelines/charter/evidence",
        "/guidelines/{slug}/evidence/{number}/bundle": "/guidelines/charter/evidence/1.0/bundle",
        "/versions/{version_id}/edit": "/versions/v2/edit",
        "/versions/{version_id}/standing": "/versions/v2/standing",
        "/versions/{version_id}/history": "/versions/v2/history",
        "/versions/{version_id}/review": "/versions/v2/review",
        "/invitation/{token}": "/invitation/nowhere",
        "/policies/{name}": "/policies/standard",
        "/policies/{name}/change": "/policies/standard/change",
        "/policies/{name}/file": "/policies/standard/file",
        "/policies/{name}/{number}": "/policies/standard/2",
        "/notices/{notice_id}": "/notices/1",
        "/go/{token}": "/go/nowhere",
        "/unsubscribe/{token}": "/unsubscribe/nowhere",
    }
    for path, methods in pages(company):
        if "GET" in methods:
            plain = path.replace(":str", "")
            assert shapes.get(plain, plain) in asked, path


def pages(company: Company) -> Iterator[tuple[str, set[str]]]:
    for route in company.app.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith("/en"):
            methods = {method for handler in route.route_handlers for method in handler.http_methods}
            yield route.path_format.removeprefix("/en") or "/", {str(method) for method in methods}


def test_every_route_says_who_may_reach_it(company: Company) -> None:
    for route in company.app.routes:
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)]):
            if handler is not None and not handler.fn.__module__.startswith("litestar."):
                assert Access(handler.opt["access"]), route.path


def test_a_route_without_access_stops_the_start() -> None:
    from litestar import get

    from api import routing
    from api.app import create_app
    from api.config import Config

    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return ""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.app.routes", lambda: [*routing.routes(), forgotten])
        with pytest.raises(LookupError, match="declares no access"):
            create_app(Config(database_url="sqlite://"))


@pytest.mark.parametrize(
    "path", [path for path, wanted in PAGES.items() if 200 in wanted and not re.search("/export/|/bundle$", path)]
)
def test_no_page_says_a_name_twice_or_carries_a_style(company: Company, path: str) -> None:
    for name in PEOPLE:
        page = Page(company.visitor(name).client.get(f"/en{path}"))
        assert len(page.ids) == len(set(page.ids)), sorted(page.ids)
        assert not page.styles


def test_the_bar_names_the_places_that_each_kind_of_person_may_enter(company: Company) -> None:
    places = ("/en/guidelines", "/en/admin/people")
    found = {
        name: tuple(place in Page(company.visitor(name).client.get("/en/handbook")).links for place in places)
        for name in PEOPLE
    }
    editor, admin = (True, False), (True, True)
    assert found == {None: (False, False), "ines": (False, False), "mathieu": editor, "julie": editor, "camille": admin}
