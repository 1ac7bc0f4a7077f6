"""HEAD says what GET says and sends no body; a form may come from wherever the server says that it is reached."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import Engine

from api.config import local_address, read_config
from tests.api.programs import Company
from tests.served import free_port


@pytest.fixture
def company(engine: Engine) -> Company:
    return Company(engine)


def test_head_answers_as_get_does_without_the_body_at_every_address(company: Company) -> None:
    version = company.begin()
    company.publish(version)
    addresses = [
        "/healthz", "/", "/fr/", "/fr/handbook", "/en/handbook/charter", "/en/sign-in", "/en/nowhere", "/api",
        "/api/schema/openapi.json", "/api/v1/handbook", "/api/v1/handbook/charter", "/api/v1/guidelines",
        "/api/v1/me", f"/api/v1/versions/{version}", "/api/v1/versions/none", "/static/none.js",
        "/api/v1/handbook/charter/editions/1.0/export/docx", f"/api/v1/versions/{version}/submit",
    ]  # fmt: skip
    for address in addresses:
        for by in ("aicha", None):
            headers = {"authorization": f"Bearer {company.tokens[by]}"} if by else {}
            got = company.client.get(address, headers=headers, follow_redirects=False)
            head = company.client.head(address, headers=headers, follow_redirects=False)
            assert (head.status_code, head.content) == (got.status_code, b""), address
            if got.status_code != 500:
                same = {name: got.headers[name] for name in got.headers if name not in ("date", "etag")}
                assert {name: head.headers[name] for name in same} == same, address


def test_an_address_that_takes_get_says_that_it_takes_head(company: Company) -> None:
    allowed = company.client.delete("/api/v1/handbook").headers["allow"].replace(" ", "").split(",")
    assert {"GET", "HEAD"} <= set(allowed)
    allowed = company.client.get("/api/v1/versions/none/submit").headers["allow"]
    assert "HEAD" not in allowed


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("127.0.0.1", 9000, "http://127.0.0.1:9000"), ("localhost", 80, "http://localhost"),
        ("0.0.0.0", 9000, "http://127.0.0.1:9000"), ("::", 8000, "http://127.0.0.1:8000"),
        ("::1", 9000, "http://[::1]:9000"), ("Charte.Intra", 9000, "http://charte.intra:9000"),
        ("fe80::1%lo", 9000, "http://127.0.0.1:9000"),
    ],
)  # fmt: skip
def test_a_server_is_reached_where_it_listens(host: str, port: int, address: str, tmp_path: Path) -> None:
    settings = {"CHARTE_DATABASE_URL": f"sqlite:///{tmp_path}/charte.db"}
    assert read_config(settings, listens=local_address(host, port)).origin == address


def test_a_configured_address_is_kept_wherever_the_server_listens(tmp_path: Path) -> None:
    settings = {"CHARTE_DATABASE_URL": f"sqlite:///{tmp_path}/c.db", "CHARTE_PUBLIC_URL": "https://charte.example"}
    assert read_config(settings, listens=local_address("127.0.0.1", 9000)).origin == "https://charte.example"


def test_a_form_is_taken_on_whatever_port_is_served_and_another_sites_is_not(configured: Path) -> None:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != "CHARTE_PUBLIC_URL"}
    with (configured.parent / "server.log").open("ab") as log:
        served = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--port", str(port)], env=environment, stdout=log, stderr=log
        )
    try:
        here = f"http://127.0.0.1:{port}"
        wait_for(f"{here}/healthz", served)
        assert sends_a_form(here, origin=here) == 401  # the form was read: nobody has this password
        assert sends_a_form(here, origin="http://127.0.0.1:8000") == 403
        assert sends_a_form(here, origin="https://evil.example") == 403
    finally:
        served.terminate()
        served.wait(10)


def sends_a_form(server: str, *, origin: str) -> int:
    form = b"email=nobody%40solenne.example&password=a+short+sentence+is+enough"
    request = urllib.request.Request(f"{server}/en/sign-in", data=form, headers={"Origin": origin})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def wait_for(address: str, served: "subprocess.Popen[bytes]") -> None:
    for _ in range(100):
        assert served.poll() is None
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")
