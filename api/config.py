"""Configuration: read once from the environment, checked, and refused in one line: what, where, how to mend."""

import importlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from api.i18n import COMPANY_ZONE

#: What a public address may begin with, and the port that goes without saying.
PORTS: Final = {"http": 80, "https": 443}
#: Where `charte serve` is reached when nothing else is said.
LOCAL: Final = "http://127.0.0.1:8000"
#: How mail may be sent, and the port that goes without saying.
SMTP_PORTS: Final = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
#: A name or a numeric address as a browser writes it in an Origin.
HOST: Final = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*")


class BadConfiguration(Exception):
    """A setting cannot be used. The message is the one line the operator sees."""


@dataclass(frozen=True, slots=True)
class Proxies:
    """The addresses and networks whose X-Forwarded-For is believed."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def __contains__(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:  # a socket without addresses
            return False
        plain = getattr(found, "ipv4_mapped", None) or found
        return any(plain in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. `public_url` is the only source of absolute addresses: no header is trusted for it."""

    database_url: str
    public_url: str = LOCAL
    organisation: str = "Charte"
    #: Name of the time zone whose clock pages and exports show.
    time_zone: str = COMPANY_ZONE
    secure_cookies: bool = False
    trusted_proxies: Proxies = Proxies()
    #: Through which server mail goes; "" sends none.
    smtp_url: str = ""
    mail_from: str = ""
    #: Whose public holidays are free: a country, or a part of one; "" for none.
    holidays: str = "FR"
    #: Networks that a chat's address may lie in although they are not public.
    webhook_networks: Proxies = Proxies()
    #: File of the private key that seals publications; "" is beside an embedded database.
    seal_key: str = ""
    #: Address of a time-stamp authority (RFC 3161); "" for none.
    timestamp_url: str = ""
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
    "CHARTE_TIME_ZONE": "the time zone whose clock pages and exports show, such as Europe/Paris",
    "CHARTE_SMTP_URL": "the server that mail goes through: smtp+tls://user:password@host:587, smtps://host:465 or smtp://host",
    "CHARTE_MAIL_FROM": "the address that mail comes from, such as charte@example.org",
    "CHARTE_HOLIDAYS": "whose public holidays are no working days: FR, or a part such as FR-57; none for no country",
    "CHARTE_WEBHOOK_NETWORKS": "comma-separated addresses or networks, not public ones, where a chat may listen",
    "CHARTE_TRUSTED_PROXIES": "comma-separated addresses or networks whose X-Forwarded-For is believed",
    "CHARTE_SEAL_KEY": "file of the private key that seals publications; needed with PostgreSQL",
    "CHARTE_TIMESTAMP_URL": "address of a time-stamp authority (RFC 3161), such as https://tsa.example.org",
}


def read_config(environment: Mapping[str, str] = os.environ, *, listens: str = LOCAL) -> Config:
    """The configuration from `CHARTE_*` variables; raises `BadConfiguration` on the first that cannot be used.

    `listens` is where people reach a server to which no public address is given.
    """
    for name in environment:
        if name.startswith("CHARTE_") and name not in SETTINGS and not name.startswith("CHARTE_TEST_"):
            known = ", ".join(SETTINGS)
            raise BadConfiguration(f"{name}: unknown setting. Known are {known}: correct the name or unset it.")
    url = environment.get("CHARTE_DATABASE_URL", "")
    if not url:
        raise BadConfiguration(
            "CHARTE_DATABASE_URL: not set. Give the database, for example sqlite:////var/lib/charte/charte.db"
        )
    check_database_url(url)
    public = public_address(environment.get("CHARTE_PUBLIC_URL", listens))
    return Config(
        database_url=url,
        public_url=public,
        organisation=_organisation(environment.get("CHARTE_ORGANISATION", "Charte")),
        time_zone=_time_zone(environment.get("CHARTE_TIME_ZONE", COMPANY_ZONE)),
        secure_cookies=public.startswith("https:"),
        trusted_proxies=_proxies("CHARTE_TRUSTED_PROXIES", environment.get("CHARTE_TRUSTED_PROXIES", "")),
        smtp_url=_smtp(environment.get("CHARTE_SMTP_URL", "")),
        mail_from=_mail_from(environment.get("CHARTE_MAIL_FROM", ""), needed="CHARTE_SMTP_URL" in environment),
        holidays=_country(environment.get("CHARTE_HOLIDAYS", "FR")),
        webhook_networks=_proxies("CHARTE_WEBHOOK_NETWORKS", environment.get("CHARTE_WEBHOOK_NETWORKS", "")),
        seal_key=_seal_key(environment.get("CHARTE_SEAL_KEY", "")),
        timestamp_url=_timestamp_url(environment.get("CHARTE_TIMESTAMP_URL", "")),
    )


def local_address(host: str, port: int) -> str:
    """Where somebody at this machine reaches a server that listens there, as their browser writes it."""
    host = host.lower()
    if host in ("0.0.0.0", "::") or not HOST.fullmatch(host):
        host = "127.0.0.1"
    return public_address(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")


def public_address(url: str) -> str:
    """The public address as a browser's Origin writes it; raises `BadConfiguration` unless it is scheme and host."""
    try:
        parts = urlsplit(url.rstrip("/"))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = SplitResult("", "", "", "", ""), "", None
    more = parts.path or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in PORTS or not HOST.fullmatch(host) or more or port == 0 or not url.isprintable():
        shown = re.sub(r"//.*@", "//…@", url)
        raise BadConfiguration(
            f"CHARTE_PUBLIC_URL: {shown!r} is not scheme and host alone. Write for example https://charte.example.org"
        )
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + (f":{port}" if port not in (None, PORTS[parts.scheme]) else "")


def check_database_url(url: str) -> None:
    """Refuses a database address that cannot be served, and one whose driver is not installed."""
    if url.startswith("sqlite:///"):
        _check_sqlite(url.removeprefix("sqlite:///"))
    elif url.startswith("postgresql+psycopg://"):
        _check_postgresql(url)
    else:
        raise BadConfiguration(
            "CHARTE_DATABASE_URL: only sqlite:/// and postgresql+psycopg:// are known. Correct its beginning."
        )


def _check_sqlite(place: str) -> None:
    path = Path(place)
    if not place.strip() or place == ":memory:" or path.is_dir():
        raise BadConfiguration(
            f"CHARTE_DATABASE_URL: sqlite:///{place} names no file. "
            "Give one that stays, for example sqlite:////var/lib/charte/charte.db"
        )
    if "?" in place:
        raise BadConfiguration(
            "CHARTE_DATABASE_URL: a SQLite address takes nothing after “?”. Leave it out: Charte sets what it needs."
        )
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise BadConfiguration(
            f"CHARTE_DATABASE_URL: the folder {path.parent} does not exist or cannot be written. "
            "Create it or give its owner the right to write."
        )


def _check_postgresql(url: str) -> None:
    try:
        port = make_url(url).port
    except (ValueError, ArgumentError):
        port = 0
    if port is not None and not 1 <= port <= 65535:
        raise BadConfiguration(
            "CHARTE_DATABASE_URL: its host and port cannot be read. Write postgresql+psycopg://user@host:5432/name, "
            "and an @ in a password as %40."
        )
    try:
        importlib.import_module("psycopg")
    except ImportError as error:
        reason = str(error).splitlines()[0]
        raise BadConfiguration(
            f"CHARTE_DATABASE_URL: the driver for PostgreSQL is not installed ({reason}). "
            "Run: pip install '.[postgres]'"
        ) from None


def _organisation(name: str) -> str:
    if not name.strip() or not name.isprintable():
        raise BadConfiguration("CHARTE_ORGANISATION: is no name. Give the company's name in one line, or unset it.")
    return name.strip()


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise BadConfiguration(
            f"CHARTE_TIME_ZONE: {name!r} is no time zone that this machine knows. Write for example Europe/Paris"
        ) from None
    return name


def _seal_key(place: str) -> str:
    if place and (Path(place).is_dir() or not Path(place).parent.is_dir()):
        raise BadConfiguration(
            f"CHARTE_SEAL_KEY: {place} names no file in a folder that is there. Give one, such as "
            "/var/lib/charte/seal-key; charte keys new makes it."
        )
    return place


def _timestamp_url(url: str) -> str:
    if url and (urlsplit(url).scheme not in PORTS or not urlsplit(url).hostname or not url.isprintable()):
        raise BadConfiguration(
            f"CHARTE_TIMESTAMP_URL: {url!r} is no address. Write for example https://tsa.example.org/stamp"
        )
    return url


def _smtp(url: str) -> str:
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        good = parts.scheme in SMTP_PORTS and HOST.fullmatch(parts.hostname or "") and parts.port != 0
    except ValueError:
        good = None
    if not good or parts.path.strip("/") or parts.query or not url.isprintable():
        raise BadConfiguration(
            "CHARTE_SMTP_URL: cannot be read. Write smtp+tls://user:password@host:587, smtps://host:465 or smtp://host"
        )
    if parts.scheme == "smtp" and parts.password:
        raise BadConfiguration(
            "CHARTE_SMTP_URL: would send its password in clear. Write smtp+tls:// or smtps:// instead of smtp://"
        )
    return url


def _mail_from(address: str, *, needed: bool) -> str:
    if not re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+", address) and (needed or address):
        raise BadConfiguration(
            f"CHARTE_MAIL_FROM: {address!r} is no address. Give that which mail comes from, such as charte@example.org"
        )
    return address


def _country(name: str) -> str:
    from api.working_days import is_known

    if name == "none":
        return ""
    if not name or not is_known(name):
        raise BadConfiguration(
            f"CHARTE_HOLIDAYS: the holidays of {name!r} are not known. Write a country such as FR, or none"
        )
    return name


def _proxies(setting: str, text: str) -> Proxies:
    networks = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            networks.append(ip_network(part))
        except ValueError:
            raise BadConfiguration(
                f"{setting}: {part!r} is no address. Give numeric ones or networks, "
                "separated by commas, such as 10.0.0.7, 192.168.4.0/24"
            ) from None
    return Proxies(tuple(networks))
