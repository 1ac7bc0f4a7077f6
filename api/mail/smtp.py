"""Speaks SMTP: says whether the server took a mail, refused it, or nobody can know.

The standard library's client in the thread of the jobs: nothing waits for it, so an asynchronous one would bring a
dependency and no gain.
"""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final
from urllib.parse import unquote, urlsplit

from api.config import SMTP_PORTS

#: Seconds for each answer of the server.
PATIENCE: Final = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail. `unsure`: the words went out and no answer came. `for_good`: trying again is no use."""

    sent: bool = False
    unsure: bool = False
    for_good: bool = False
    error: str = ""


def send(url: str, message: EmailMessage) -> Outcome:
    """Hands a mail over; never raises for what the server or the way to it does."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or SMTP_PORTS[parts.scheme]
    handed = False
    client: smtplib.SMTP | None = None
    try:
        client = _connect(parts.scheme, host, port)
        if parts.username:
            client.login(unquote(parts.username), unquote(parts.password or ""))
        sender, receiver = _bare(message["From"]), _bare(message["To"])
        _demand(client.mail(sender), "MAIL")
        _demand(client.rcpt(receiver), "RCPT")
        handed = True
        _demand(client.data(message.as_bytes(policy=SMTP)), "DATA")
    except smtplib.SMTPResponseException as error:
        return Outcome(for_good=error.smtp_code >= 550, error=f"{error.smtp_code} {_words(error.smtp_error)}")
    except (OSError, smtplib.SMTPException) as error:  # SMTPServerDisconnected and time-outs among them
        return Outcome(unsure=handed, error=f"{type(error).__name__}: {error}")
    finally:
        _leave(client)
    return Outcome(sent=True)


def _connect(scheme: str, host: str, port: int) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=context)
    client = smtplib.SMTP(host, port, timeout=PATIENCE)
    client.ehlo_or_helo_if_needed()
    if scheme == "smtp+tls":
        client.starttls(context=context)
        client.ehlo()
    return client


def _leave(client: smtplib.SMTP | None) -> None:
    if client is None:
        return
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()


def _demand(answer: tuple[int, bytes], step: str) -> None:
    code, words = answer
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, f"{step}: {_words(words)}")


def _words(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _bare(header: object) -> str:
    addresses: Sequence[Address] = getattr(header, "addresses", ())
    return addresses[0].addr_spec
