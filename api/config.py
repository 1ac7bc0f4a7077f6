"""Configuration: read once from the environment, checked, and refused in one line: what, where, how to mend."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class BadConfiguration(Exception):
    """A setting cannot be used. The message is the one line the operator sees."""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. `public_url` is the only source of absolute addresses: no header is trusted for it."""

    database_url: str
    public_url: str = "http://127.0.0.1:8000"
    organisation: str = "Charte"
    secure_cookies: bool = False
    trusted_proxies: frozenset[str] = frozenset()
    #: Only the demo shows its accounts on the sign-in page.
    demo: bool = False

    @property
    def origin(self) -> str:
        """Scheme, host and port of the public address: what a WebSocket's Origin must equal."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"


#: Every setting, in the order of the reference: name, what it is for.
SETTINGS = {
    "CHARTE_DATABASE_URL": "SQLAlchemy address: sqlite:///folder/charte.db or postgresql+psycopg://user@host/name",
    "CHARTE_PUBLIC_URL": "the address people type, such as https://charte.example.org",
    "CHARTE_ORGANISATION": "the company's name on pages and exports",
    "CHARTE_TRUSTED_PROXIES": "comma-separated addresses whose X-Forwarded-For is believed",
}


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """The configuration from `CHARTE_*` variables; raises `BadConfiguration` on the first that cannot be used."""
    for name in environment:
        if name.startswith("CHARTE_") and name not in SETTINGS and not name.startswith("CHARTE_TEST_"):
            known = ", ".join(SETTINGS)
            raise BadConfiguration(f"{name}: unknown setting. Known are {known}: correct the name or unset it.")
    url = environment.get("CHARTE_DATABASE_URL", "")
    if not url:
        raise BadConfiguration(
            "CHARTE_DATABASE_URL: not set. Give the database, for example sqlite:////var/lib/charte/charte.db"
        )
    public = environment.get("CHARTE_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
    parts = urlsplit(public)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
        raise BadConfiguration(
            f"CHARTE_PUBLIC_URL: {public!r} is not scheme and host. Write for example https://charte.example.org"
        )
    proxies = frozenset(
        part.strip() for part in environment.get("CHARTE_TRUSTED_PROXIES", "").split(",") if part.strip()
    )
    config = Config(
        database_url=url,
        public_url=public,
        organisation=environment.get("CHARTE_ORGANISATION", "Charte"),
        secure_cookies=parts.scheme == "https",
        trusted_proxies=proxies,
    )
    check_database_url(url)
    return config


def check_database_url(url: str) -> None:
    """Refuses a database address that cannot be served: unknown kind, or a folder that cannot be written."""
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            raise BadConfiguration(
                f"CHARTE_DATABASE_URL: the folder {path.parent} does not exist or cannot be written. "
                "Create it or give its owner the right to write."
            )
    elif not url.startswith("postgresql+psycopg://"):
        raise BadConfiguration(
            "CHARTE_DATABASE_URL: only sqlite:/// and postgresql+psycopg:// are known. Correct its beginning."
        )
