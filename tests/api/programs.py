"""A company whose people act by API token. Every answer is held against the OpenAPI text: its status and its body."""

import re
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from litestar.testing import TestClient
from sqlalchemy import Engine

from api import tokens
from api.app import create_app
from api.config import Config
from api.database import transaction
from guidelines.people import Role
from guidelines.tables import Membership
from tests.sealing import seal_key
from tests.workflow import house

ORIGIN = "http://testserver.local"
TEXT = "# Speaking\n\nAsk first.\n\n# Pictures\n\nWritten consent.\n"


class Company:
    """The people of `tests/workflow/house.py`, an administrator, and the application on their database."""

    def __init__(self, engine: Engine) -> None:
        self.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
        self.engine = engine
        with transaction(engine) as session:
            house.found(session)
            session.add(Membership(person_id="camille", role=Role.ADMIN, from_at=house.START))
            self.tokens = {name: tokens.create(session, name, "tests", life=None, at=self.now) for name in house.PEOPLE}
        config = Config(
            database_url=str(engine.url), public_url=ORIGIN, organisation="Solenne", seal_key=seal_key(engine)
        )
        self.app = create_app(config, engine=engine, now=self.tick)
        self.client: TestClient[Any] = TestClient(self.app, base_url=ORIGIN, raise_server_exceptions=False)

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    @cached_property
    def openapi(self) -> dict[str, Any]:
        answer = self.client.get("/api/schema/openapi.json")
        assert answer.status_code == 200
        return answer.json()  # type: ignore[no-any-return]

    def ask(self, method: str, path: str, by: str | None, **options: Any) -> httpx.Response:
        """The answer to a request, once it has been found to be one that the reference describes."""
        headers = dict(options.pop("headers", {}))
        if by is not None:
            headers["authorization"] = f"Bearer {self.tokens[by]}"
        answer: httpx.Response = self.client.request(method, path, headers=headers, **options)
        self.check_described(method, path, answer)
        return answer

    def get(self, path: str, by: str | None, status: int = 200, **options: Any) -> Any:
        return self._json("GET", path, by, status, **options)

    def post(self, path: str, by: str, value: Any = None, status: int = 200, **options: Any) -> Any:
        return self._json("POST", path, by, status, json=value, **options)

    def _json(self, method: str, path: str, by: str | None, status: int, **options: Any) -> Any:
        answer = self.ask(method, path, by, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    def check_described(self, method: str, path: str, answer: httpx.Response) -> None:
        operation = self.operation(method, path)
        if operation is None:
            return
        described = operation["responses"].get(str(answer.status_code))
        assert described is not None, (
            f"{operation['operationId']} does not describe {answer.status_code}: {answer.text}"
        )
        kind = answer.headers.get("content-type", "").split(";")[0]
        if answer.status_code >= 400 and answer.status_code != 503:
            assert kind == "application/problem+json"
        schema = (described.get("content") or {}).get(kind, {}).get("schema")
        if schema is not None and kind.endswith("json"):
            Draft202012Validator(schema | {"components": self.openapi["components"]}).validate(answer.json())

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """What the reference says of the operation at an address: literal parts win over parameters."""
        found = [
            (template.count("{"), operations[method.lower()])
            for template, operations in self.openapi["paths"].items()
            if method.lower() in operations
            and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path.split("?", maxsplit=1)[0].rstrip("/"))
        ]
        return min(found, key=lambda item: item[0])[1] if found else None

    def begin(self, slug: str = "charter", by: str = "aicha", **more: Any) -> str:
        """A new guideline's draft."""
        about = {"title": slug.title(), "language": "en", "owner_team": "comms", "slug": slug, "markdown": TEXT}
        return str(self.post("/api/v1/guidelines", by, about | more, 201)["version_id"])

    def sign(self, version_id: str, by: str, team: str, status: int = 201, **more: Any) -> Any:
        shown = self.get(f"/api/v1/versions/{version_id}/hash", by)["hash"]
        decision = {"decision": "approve", "team": team, "shown_hash": shown}
        return self.post(f"/api/v1/versions/{version_id}/sign-offs", by, decision | more, status)

    def publish(self, version_id: str, number: str = "major") -> Any:
        """From draft to the handbook: submitted, signed by both sides, published."""
        at = f"/api/v1/versions/{version_id}"
        self.post(f"{at}/submit", "aicha")
        self.sign(version_id, "mathieu", "comms")
        self.sign(version_id, "julie", "legal")
        return self.post(f"{at}/publish", "aicha", {"number": number, "change_note": "First words."})
