"""What is outstanding in a large version, and the check of every shipped policy, in CPU time.

    python -m benchmarks.policy

A version of 200 sections, 6 teams and 50 sign-offs that each name every section. Each figure is the median of several
runs on fresh facts. The last line is JSON.
"""

import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from workflow.facts import Choice, Decision, Slice, VersionFacts
from workflow.machine import State
from workflow.outstanding import outstanding
from workflow.policy import check_policy, shipped
from workflow.proof.report import check

SECTIONS, TEAMS, SIGN_OFFS = 200, 6, 50
AT = datetime(2026, 1, 5, tzinfo=UTC)


def large() -> VersionFacts:
    """A version in review: most sign-offs count, every fifth is for words that have changed since."""
    teams = [f"team-{number}" for number in range(TEAMS)]
    policy = check_policy(
        {
            "format": 1, "name": "large", "title": {"fr": "Grand", "en": "Large"},
            "owner_team": teams[0], "other_side": teams[1],
            "stage": [{"name": {"fr": "A", "en": "A"}, "require": [{"id": team, "team": team} for team in teams]}],
        }
    )  # fmt: skip
    slices = tuple(Slice(f"s{number}", f"h{number}") for number in range(SECTIONS))
    named = {slice.id: slice.hash if number % 5 else "old" for number, slice in enumerate(slices)}
    signers = [(f"{teams[number % TEAMS]}-{number // TEAMS}", teams[number % TEAMS]) for number in range(SIGN_OFFS)]
    return VersionFacts(
        version_id="v", state=State.IN_REVIEW, policy=policy, kind="guide", language="fr", slices=slices,
        anchor={}, anchor_teams={}, contributors={slice.id: frozenset({signers[0][0]}) for slice in slices},
        decisions=tuple(
            Decision(seq, who, who, team, team, Choice.APPROVE, named, 0, AT) for seq, (who, team) in enumerate(signers)
        ),
        members={team: frozenset(who for who, theirs in signers if theirs == team) for team in teams},
    )  # fmt: skip


def seconds(work: Callable[[], object], runs: int) -> float:
    """CPU seconds of the work, the median of some runs."""
    taken = []
    for _ in range(runs):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def main() -> None:
    """Measures and prints."""
    found = {"outstanding_ms": round(1000 * seconds(lambda: outstanding(large()), 15), 1)}
    found["outstanding_ms"] = round(found["outstanding_ms"] - 1000 * seconds(large, 15), 1)
    total, states = 0.0, 0
    for name, policy in sorted(shipped().items()):
        report = check(policy)
        total += report.seconds
        states += report.states
        print(f"{name}: {report.states} states, {report.transitions} transitions, {report.seconds:.2f} s")
    print(json.dumps({**found, "shipped_policies_s": round(total, 2), "states": states}))


if __name__ == "__main__":
    main()
