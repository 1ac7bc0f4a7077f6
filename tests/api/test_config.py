"""The settings: whatever cannot be used is refused in one line that names the setting and says how to mend it."""

import sys
from pathlib import Path

import pytest

from api.cli import main
from api.config import BadConfiguration, read_config
from tests.commands import refused


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"CHARTE_DATABASE_URL": f"sqlite:///{tmp_path}/charte.db"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("CHARTE_PUBLIC_URL", value)
            for value in (
                "",
                "charte.example.org",
                "ftp://charte.example.org",
                "https://",
                "https://[bad",
                "https://[::1",
                "https://charte example:abc",
                "https://charte example",
                "https://charte.example:abc",
                "https://charte.example:0",
                "https://charte.example:70000",
                "https://user:secret@charte.example",
                "https://charte.example/handbook",
                "https://charte.example?a=b",
                "https://charte.example#a",
                "https://charte.example\n",
                "https://é.example",
            )
        ),
        ("CHARTE_ORGANISATION", ""),
        ("CHARTE_ORGANISATION", "  "),
        ("CHARTE_ORGANISATION", "Sol\nenne"),
        ("CHARTE_TIME_ZONE", ""),
        ("CHARTE_TIME_ZONE", "Paris"),
        ("CHARTE_TIME_ZONE", "../etc/passwd"),
        ("CHARTE_TRUSTED_PROXIES", "proxy.example"),
        ("CHARTE_TRUSTED_PROXIES", "10.0.0.7, 10.0.0.300"),
        ("CHARTE_TRUSTED_PROXIES", "10.0.0.7/24"),
        ("CHARTE_DATABASE_URL", "sqlite://"),
        ("CHARTE_DATABASE_URL", "sqlite:///"),
        ("CHARTE_DATABASE_URL", "sqlite:///:memory:"),
        ("CHARTE_DATABASE_URL", "sqlite:////tmp"),
        ("CHARTE_DATABASE_URL", "sqlite:///charte.db?timeout=3"),
        ("CHARTE_DATABASE_URL", "sqlite:///file:charte.db?uri=true"),
        ("CHARTE_DATABASE_URL", "postgresql://host/name"),
        ("CHARTE_DATABASE_URL", "postgresql+psycopg://host:abc/name"),
        ("CHARTE_DATABASE_URL", "postgresql+psycopg://host:0/name"),
        ("CHARTE_DATABASE_URL", "postgresql+psycopg://host:99999/name"),
        ("CHARTE_DATABASE_URL", "postgresql+psycopg://user:secret@host:abc/name"),
        ("CHARTE_ORGANIZATION", "Solenne"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_in_one_line_without_its_secrets(
    settings: dict[str, str], name: str, value: str
) -> None:
    with pytest.raises(BadConfiguration) as refusal:
        read_config(settings | {name: value})
    assert str(refusal.value).startswith(f"{name}: ")
    assert "\n" not in str(refusal.value)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://charte.example.org/", "https://charte.example.org"),
        ("https://Charte.Example:443", "https://charte.example"),
        ("http://10.0.0.7:8080", "http://10.0.0.7:8080"),
        ("http://[::1]:80", "http://[::1]"),
        ("http://charte_web:8000", "http://charte_web:8000"),
    ],
)
def test_the_public_address_is_read_as_a_browser_names_it(settings: dict[str, str], written: str, read: str) -> None:
    config = read_config(settings | {"CHARTE_PUBLIC_URL": written})
    assert (config.public_url, config.origin) == (read, read)
    assert config.secure_cookies == read.startswith("https")


def test_proxies_are_addresses_and_networks(settings: dict[str, str]) -> None:
    config = read_config(settings | {"CHARTE_TRUSTED_PROXIES": "10.0.0.7, 192.168.4.0/24,, fd00::/8"})
    believed = ("10.0.0.7", "192.168.4.200", "fd00::1", "::ffff:10.0.0.7")
    assert [address in config.trusted_proxies for address in believed] == [True] * 4
    assert not any(
        address in config.trusted_proxies for address in ("10.0.0.8", "192.168.5.1", "::1", "", "testclient")
    )
    assert "10.0.0.7" not in read_config(settings).trusted_proxies


@pytest.mark.parametrize("arguments", [["migrate"], ["serve"], ["people", "first-admin"]], ids=" ".join)
def test_without_the_driver_for_postgresql_one_line_says_how_to_install_it(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setenv("CHARTE_DATABASE_URL", "postgresql+psycopg://charte@localhost/charte")
    line = refused(capsys, *arguments)
    assert line.startswith("charte: CHARTE_DATABASE_URL: the driver for PostgreSQL is not installed")
    assert line.endswith("Run: pip install '.[postgres]'\n")


def test_the_doctor_says_so_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setenv("CHARTE_DATABASE_URL", "postgresql+psycopg://charte@localhost/charte")
    assert main(["doctor"]) == 1
    assert "FAIL  configuration  CHARTE_DATABASE_URL: the driver for PostgreSQL" in capsys.readouterr().out
