"""An approval policy in sentences of both languages: who signs what, when, by when, and what holds for all."""

from collections.abc import Iterator, Mapping

from api.i18n import N_, say_list, translations
from workflow.policy import Policy, Requirement, Said

Teams = Mapping[str, str]


def said(name: Said, language: str) -> str:
    """A name of a policy in the language of the page."""
    return name.fr if language == "fr" else name.en


def sentences(policy: Policy, teams: Teams, language: str) -> list[str]:
    """The whole policy, one sentence or two a line."""
    return list(_lines(policy, teams, language))


def quorum_words(need: Requirement, language: str) -> str:
    """How many of a team sign, in a few words."""
    catalogue = translations(language)
    if need.quorum == "all":
        return catalogue.gettext(N_("everybody"))
    return catalogue.ngettext("%(num)d person", "%(num)d people", need.quorum) % {"num": need.quorum}


def scope_words(need: Requirement, language: str) -> str:
    """Over what a requirement goes, in a few words."""
    say = translations(language).gettext
    if need.scope.startswith("tag:"):
        return say(N_("sections tagged “%(tag)s”")) % {"tag": need.scope.removeprefix("tag:")}
    return say(_SCOPES[need.scope])


def condition_words(need: Requirement, language: str) -> str:
    """When a requirement exists, in a few words; "" for always."""
    say = translations(language).gettext
    parts = []
    if need.when.classes is not None:
        parts.append(say_list([say(_CLASSES[change]) for change in need.when.classes], language))
    if need.when.kinds is not None:
        parts.append(say_list(list(need.when.kinds), language))
    if need.when.languages is not None:
        parts.append(say_list(list(need.when.languages), language))
    return say(N_("only: %(what)s")) % {"what": " · ".join(parts)} if parts else ""


def _lines(policy: Policy, teams: Teams, language: str) -> Iterator[str]:
    say = translations(language).gettext
    sides = {"owner": teams.get(policy.owner_team, policy.owner_team)}
    sides["other"] = teams.get(policy.other_side, policy.other_side)
    yield (
        say(N_("%(owner)s owns the texts, %(other)s is the other side: both agree on a change’s class and on this."))
        % sides
    )
    for number, stage in enumerate(policy.stage, 1):
        for need in stage.require:
            facts = {"number": number, "stage": said(stage.name, language), "what": _line(need, teams, language)}
            yield say(N_("Stage %(number)d, %(stage)s: %(what)s")) % facts
    own = {need.authors for need in policy.requirements()}
    if "excluded" in own:
        yield say(N_("Whoever wrote in a section does not sign it off.") if len(own) == 1 else _SOME_EXCLUDED)
    else:
        yield say(N_("Writers may sign, beside at least one person who wrote none of the section."))
    if policy.objection == "blocks":
        yield say(N_("An objection holds back publication until it is lifted."))
    if policy.review_every_months is not None:
        months = translations(language).ngettext(
            "What is in force is looked at again after %(num)d month.",
            "What is in force is looked at again after %(num)d months.",
            policy.review_every_months,
        )
        yield months % {"num": policy.review_every_months}
    if policy.interim is not None:
        fast = {"num": policy.interim.quorum, "team": teams.get(policy.interim.team, policy.interim.team)}
        fast["hours"] = policy.interim.clock_hours
        yield (
            say(N_("In a crisis %(num)d of %(team)s publish for %(hours)d hours; then the former text returns.")) % fast
        )


def _line(need: Requirement, teams: Teams, language: str) -> str:
    say = translations(language).gettext
    facts = {
        "who": quorum_words(need, language),
        "team": teams.get(need.team, need.team),
        "scope": scope_words(need, language),
    }
    parts = [say(N_("%(team)s (%(who)s), %(scope)s")) % facts]
    if need.people is not None:
        parts.append(say(N_("named people only")))
    if when := condition_words(need, language):
        parts.append(when)
    if need.due_days is not None:
        days = translations(language).ngettext("%(num)d working day", "%(num)d working days", need.due_days)
        parts.append(days % {"num": need.due_days})
    if need.escalate_to is not None:
        parts.append(say(N_("then %(role)s is told")) % {"role": need.escalate_to})
    return "; ".join(parts) + "." if language == "en" else "\u202f; ".join(parts) + "."


_SOME_EXCLUDED = N_("Whoever wrote in a section does not sign it off, but where the file says “second_pair”.")
_SCOPES = {
    "all": N_("every section that changed"),
    "owned": N_("the team’s own sections"),
    "outline": N_("the order of the sections"),
}
_CLASSES = {
    "editorial": N_("editorial changes"),
    "clarifying": N_("clarifying changes"),
    "substantive": N_("changes of substance"),
}
