"""A company whose people use the pages: each has a client with a session, reads pages and sends the forms on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import httpx
from litestar.testing import TestClient
from sqlalchemy import Engine

from api import accounts
from api.app import create_app
from api.config import Config
from api.database import transaction
from guidelines.people import Role
from guidelines.tables import Membership
from tests.sealing import seal_key
from tests.workflow import house

ORIGIN = "http://testserver.local"


@dataclass
class FormOnPage:
    """A form as the page offers it: where it goes and what it sends when nothing is typed."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """An answer, read as a browser without scripts would: its forms, links and words."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer = answer
        self.status = answer.status_code
        self.forms: list[FormOnPage] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.styles: list[str] = []
        self._form: FormOnPage | None = None
        self._field = ""
        self._chosen = self._typed = False
        self._skip = 0
        self._words: list[str] = []
        self.feed(answer.text)

    @property
    def words(self) -> str:
        """Everything that is read, with single spaces."""
        return " ".join("".join(self._words).split())

    def form(self, ending: str) -> FormOnPage:
        """The first form whose address ends so; fails when the page offers none."""
        found = next((form for form in self.forms if form.action.endswith(ending)), None)
        assert found is not None, f"no form {ending} among {[form.action for form in self.forms]}"
        return found

    def offers(self, ending: str) -> bool:
        return any(form.action.endswith(ending) for form in self.forms)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in pairs}
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.styles += [tag] if "style" in attrs or tag == "style" else []
        self._skip += tag in ("script", "style")
        if tag == "a" and "href" in attrs:
            self.links.append(attrs["href"])
        if tag == "form":
            self._form = FormOnPage(attrs.get("action", ""), attrs.get("method", "get"))
            self.forms.append(self._form)
        if self._form is not None:
            self._take(tag, attrs)
        if tag in ("p", "li", "h1", "h2", "h3", "div", "td", "dd", "dt", "br", "button", "span", "label", "option"):
            self._words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag in ("textarea", "select"):
            self._field = ""
        self._skip -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._field and self._field in self._form.fields and self._typed:
            self._form.fields[self._field] += data
        if not self._skip:
            self._words.append(data)

    def _take(self, tag: str, attrs: dict[str, str]) -> None:
        assert self._form is not None
        name = attrs.get("name", "")
        if tag == "input" and name and attrs.get("type") != "file":
            if attrs.get("type") not in ("radio", "checkbox") or "checked" in attrs:
                self._form.fields[name] = attrs.get("value", "")
        elif tag == "textarea" and name:
            self._form.fields[name], self._field, self._typed = "", name, True
        elif tag == "select" and name:
            self._field, self._typed, self._chosen = name, False, False
        elif tag == "option" and self._field and not self._typed:
            self._option(attrs)

    def _option(self, attrs: dict[str, str]) -> None:
        """The first option counts until one says that it is chosen."""
        assert self._form is not None
        chosen = "selected" in attrs
        if self._field not in self._form.fields or (chosen and not self._chosen):
            self._form.fields[self._field] = attrs.get("value", "")
            self._chosen = chosen


class Visitor:
    """One person's browser, in one language."""

    def __init__(self, client: "TestClient[Any]", language: str) -> None:
        self.client = client
        self.language = language

    def read(self, path: str, status: int = 200) -> Page:
        """The page at an address of the visitor's language, redirects followed."""
        found = Page(self.client.get(f"/{self.language}{path}"))
        assert found.status == status, f"{path}: {found.status} {found.words[:600]}"
        return found

    def send(self, page: Page, ending: str, status: int = 200, files: Any = None, **typed: str) -> Page:
        """Sends a form of the page with something typed, and reads what follows."""
        form = page.form(ending)
        answer = self.client.post(form.action, data={**form.fields, **typed}, files=files)
        found = Page(answer)
        assert found.status == status, f"{form.action}: {found.status} {found.words[:900]}"
        return found

    def post(self, path: str, **fields: str) -> Page:
        """Sends what no form on a page offers, with the session's own token."""
        page = Page(self.client.get(f"/{self.language}/preferences"))
        csrf = next((form.fields["csrf"] for form in page.forms if "csrf" in form.fields), "")
        return Page(self.client.post(f"/{self.language}{path}", data={"csrf": csrf, **fields}))


class Company:
    """The people of `tests/workflow/house.py` and an administrator, on one database, with a clock that moves."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
        self.tokens: dict[str, str] = {}
        with transaction(engine) as session:
            house.found(session)
            session.add(Membership(person_id="camille", role=Role.ADMIN, from_at=house.START))
            for name in house.PEOPLE:
                self.tokens[name] = accounts.open_session(session, name, user_agent="tests", at=self.now)
        config = Config(
            database_url=str(engine.url), public_url=ORIGIN, organisation="Solenne", seal_key=seal_key(engine)
        )
        self.config = config
        self.app = create_app(config, engine=engine, now=self.tick)
        self.clients: dict[str, TestClient[Any]] = {}

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def visitor(self, name: str | None, language: str = "en") -> Visitor:
        """Somebody's browser; None is a visitor without an account."""
        key = name or ""
        if key not in self.clients:
            client: TestClient[Any] = TestClient(self.app, base_url=ORIGIN, raise_server_exceptions=False)
            if name is not None:
                client.cookies.set("charte_session", self.tokens[name], domain="testserver.local")
            self.clients[key] = client
        return Visitor(self.clients[key], language)

    @contextmanager
    def acting(self) -> Iterator[house.House]:
        """The same company by its use cases, in one transaction: for what needs a script in the browser."""
        with transaction(self.engine) as session:
            found = house.House(session, self.now)
            yield found
            self.now = max(self.now, found.now)
