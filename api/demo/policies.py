"""What became of approval policies: the standard one proved, a change agreed to, one refused by the check."""

from api.demo.stage import Stage
from api.policy_reports import report_of
from workflow import policy_change
from workflow.policy import Policy, check_policy, shipped


def policies_changed(stage: Stage) -> None:
    """The light policy is looked at every six months; that legal reads tagged sections only is refused."""
    stage.before_end(minutes=20)
    standard = shipped()["standard"]
    policy_change.keep_proof(stage.session, standard.hash, report_of(standard), at=stage.tick())
    light = shipped()["light"]
    half_yearly = light.model_copy(update={"review_every_months": 6})
    number = _propose(stage, half_yearly, "Les textes courts vieillissent vite : relisons-les deux fois par an.")
    stage.before_end(minutes=15)
    policy_change.agree(stage.session, stage.actor("julie"), light.name, number, at=stage.tick())
    stage.before_end(minutes=10)
    value = half_yearly.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    value["stage"][0]["require"][1]["scope"] = "tag:donnees"
    _propose(stage, check_policy(value), "Le juridique ne relit que ce qui touche aux données.")


def _propose(stage: Stage, policy: Policy, reason: str) -> int:
    row = policy_change.propose(stage.session, stage.actor("aicha"), policy, reason=reason, at=stage.tick())
    policy_change.keep_proof(stage.session, policy.hash, report_of(policy), at=stage.tick())
    return row.number
