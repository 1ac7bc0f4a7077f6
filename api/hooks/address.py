"""Where a message to a chat may go: resolved once, checked, and spoken to at that very address.

An address of this machine, of a private network or of none is refused unless the configuration allows its network, so
that nobody who may name an address reaches what only the server reaches. Nothing is followed to another place.
"""

import http.client
import ipaddress
import socket
import ssl
from ipaddress import IPv4Address, IPv6Address
from typing import Final
from urllib.parse import urlsplit

from api.config import PORTS, Proxies

PATIENCE: Final = 10
#: What an answer is read of: its status is all that counts.
MOST_READ: Final = 2_000


class Refused(Exception):
    """The address may not be spoken to. The message says why."""


def check_url(url: str) -> None:
    """Raises `Refused` for what is no address of a web server, or carries credentials."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Refused("malformed") from None
    if parts.scheme not in PORTS or not host or port == 0 or "@" in parts.netloc or parts.fragment:
        raise Refused("malformed")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise Refused("malformed")


def check_literal(url: str, allowed: Proxies) -> None:
    """Raises `Refused` for a numeric address that may not be spoken to, and for a name of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith(".localhost"):
            host = "127.0.0.1"
        else:
            return
    if not _is_public(host) and host not in allowed:
        raise Refused("private_address")


def resolve(url: str, allowed: Proxies) -> str:
    """The numeric address to speak to; raises `Refused` when one of the name's addresses may not be."""
    check_url(url)
    parts = urlsplit(url)
    try:
        listed = socket.getaddrinfo(parts.hostname, parts.port or PORTS[parts.scheme], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused("unresolved") from None
    found = list(dict.fromkeys(str(one[4][0]) for one in listed))
    for address in found:
        if not _is_public(address) and address not in allowed:
            raise Refused("private_address")
    if not found:
        raise Refused("unresolved")
    return found[0]


def post(url: str, address: str, body: bytes, headers: dict[str, str]) -> int:
    """Sends the body to that address in the name of the URL's host; the answer's status."""
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme], address)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        answer.read(MOST_READ)
        return answer.status
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int, address: str) -> http.client.HTTPConnection:
    connection: http.client.HTTPConnection = _Pinned(host, port, timeout=PATIENCE)
    if scheme == "https":
        connection = _PinnedTLS(host, port, timeout=PATIENCE, context=ssl.create_default_context())
    connection.address = address  # type: ignore[attr-defined]
    return connection


class _Pinned(http.client.HTTPConnection):
    address = ""

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), self.timeout)


class _PinnedTLS(http.client.HTTPSConnection):
    address = ""

    def connect(self) -> None:
        raw = socket.create_connection((self.address, self.port), self.timeout)
        self.sock = self._context.wrap_socket(raw, server_hostname=self.host)  # type: ignore[attr-defined]


def _is_public(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in (found, *_inside(found)))


def _inside(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """IPv4 addresses that an IPv6 one leads to by another road."""
    if isinstance(address, IPv4Address):
        return []
    teredo = address.teredo or ()
    found = [address.ipv4_mapped, address.sixtofour, *teredo]
    if address in ipaddress.ip_network("64:ff9b::/96"):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one is not None]
