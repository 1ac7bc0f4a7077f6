"""Sends a message to a chat, signed; when it fails again and again, its address is switched off.

`Charte-Signature: t=<seconds>,v1=<hex>` is the HMAC-SHA256 of `<seconds>.<body>` under the address's secret: whoever
checks it and the time knows that the message is ours, whole and new. A message may arrive twice; its id tells.
"""

import hashlib
import hmac
import http.client
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from api.hooks.address import Refused, post, resolve
from api.jobs.desk import PAUSES
from api.jobs.kinds import Desk
from api.tables import Delivery, Hook
from api.visit import Services

#: Failures in a row after which an address is switched off.
MOST_FAILURES: Final = 20


@dataclass(frozen=True, slots=True)
class Message:
    """A message on its way."""

    delivery_id: str
    url: str
    body: bytes
    headers: dict[str, str]


def signature(secret: str, body: bytes, seconds: int) -> str:
    """The header's value."""
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def begin(desk: Desk, payload: dict[str, Any]) -> Message | None:
    """What to send; None when the address was switched off or ended meanwhile."""
    row = desk.session.get_one(Delivery, payload["delivery"])
    hook = desk.session.get_one(Hook, row.hook_id)
    if row.state == "sent":
        return None
    if hook.off_at is not None or hook.ended_at is not None:
        row.state = "over"
        return None
    row.state, row.tried_at, row.tries = "sending", desk.at, row.tries + 1
    body = row.body.encode()
    headers = {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Charte",
        "charte-delivery": row.id,
        "charte-signature": signature(hook.secret, body, int(desk.at.timestamp())),
    }
    return Message(row.id, hook.url, body, headers)


def send(services: Services, message: Message) -> str:
    """Sends it; what went wrong, "" when it was taken."""
    try:
        address = resolve(message.url, services.config.webhook_networks)
        status = post(message.url, address, message.body, message.headers)
    except Refused as error:
        return f"address refused: {error}"
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    return "" if 200 <= status < 300 else f"answered {status}"


def end(desk: Desk, message: Message, error: str) -> datetime | None:
    """Writes down what became of it; returns when to try again."""
    row = desk.session.get_one(Delivery, message.delivery_id)
    hook = desk.session.get_one(Hook, row.hook_id, with_for_update=True, populate_existing=True)
    row.error = error[:300]
    if not error:
        row.state, row.sent_at, hook.failures = "sent", desk.at, 0
        return None
    hook.failures += 1
    if hook.failures >= MOST_FAILURES and hook.off_at is None:
        hook.off_at, hook.off_because = desk.at, error[:300]
    if hook.off_at is not None or row.tries > len(PAUSES):
        row.state = "failed"
        return None
    row.state = "waiting"
    return desk.at + PAUSES[row.tries - 1]
