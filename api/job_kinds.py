"""Every kind of job, by the name under which it is put aside. A new kind is one line here."""

from collections.abc import Mapping
from typing import Final

from api import days
from api.hooks import posting as chat
from api.jobs import proving
from api.jobs.kinds import Inside, Kind, Outside
from api.mail import posting as mail
from api.mail.gathering import gather
from api.notices import planning, telling
from workflow import scheduling

KINDS: Final[Mapping[str, Kind]] = {
    "event": Inside(telling.tell_event),
    scheduling.JOB: Inside(days.publish_on_day),
    "published": Inside(telling.tell_published),
    "comment": Inside(telling.tell_comment),
    "assigned": Inside(telling.tell_assigned),
    "day": Inside(planning.look_at_the_day),
    "plan": Inside(planning.plan),
    "remind": Inside(planning.remind),
    "escalate": Inside(planning.escalate),
    "policy_proof": Outside(proving.begin, proving.prove, proving.end),
    "mail": Inside(gather),
    "post": Outside(mail.begin, mail.send, mail.end),
    "hook": Outside(chat.begin, chat.send, chat.end),
}
