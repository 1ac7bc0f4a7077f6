"""What the check of a policy showed, as it is kept: figures, findings, and the sentences of both languages.

`python -m api.policy_reports` checks the policy on its standard input: a process of its own, because a search takes
seconds of computing, which a server's threads would all wait for.
"""

import json
import os
import subprocess
import sys
from typing import Any, Final

from api.policy_words import Teller
from workflow.policy import Policy, read_policy
from workflow.proof.report import Report, check

#: Seconds after which a search is given up: less than a job's lease.
LONGEST: Final = 240
#: Below what people wait for.
NICENESS: Final = 10


def report_of(policy: Policy) -> dict[str, Any]:
    """Checks the policy here and now."""
    return kept(check(policy))


def report_apart(body: str) -> dict[str, Any]:
    """Checks the policy of a canonical text in another process; raises `subprocess.SubprocessError`."""
    done = subprocess.run(
        [sys.executable, "-m", "api.policy_reports"],
        input=body.encode(),
        capture_output=True,
        timeout=LONGEST,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def kept(report: Report) -> dict[str, Any]:
    """The report as JSON. Sentences are kept as they were said: the search is not done again to say them."""
    return {
        "sound": report.sound,
        "hash": report.policy.hash,
        "states": report.states,
        "transitions": report.transitions,
        "seconds": round(report.seconds, 2),
        "complete": report.complete,
        "people": report.people,
        "bounds": [{"edits": one.edits, "events": one.events} for one in report.bounds],
        "broken": report.counter.broken.code if report.counter else "",
        "team": report.counter.broken.team if report.counter else "",
        "findings": [
            {"code": one.code, "severity": one.severity.value, "place": one.place, "facts": dict(one.facts)}
            for one in report.findings
        ],
        "told": {language: _told(report, Teller(language)) for language in ("en", "fr")},
    }


def _told(report: Report, teller: Teller) -> dict[str, Any]:
    theorem = teller.say("excluded" if report.nobody_signs_their_own else "second_pair")
    return {
        "counted": teller.counted(report) if report.states else "",
        "theorem": theorem if report.states and report.sound else "",
        "incomplete": "" if report.complete else teller.say("incomplete"),
        "supposed": teller.say("supposed"),
        "findings": [teller.finding(one) for one in report.findings],
        "story": [line.strip() for line in teller.story(report.counter)] if report.counter else [],
        "dead_end": [line.strip() for line in teller.story(report.dead_end)] if report.dead_end else [],
    }


def main() -> None:
    """Reads a policy, prints its report."""
    os.nice(NICENESS)
    json.dump(report_of(read_policy(sys.stdin.read())), sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main()
