"""What the check of a policy says, in both languages: findings, what was proved, and the story that speaks against it.

The command runs without the catalogue of pages; like the editor it carries its own table, the same keys for each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guidelines.sections import OUTLINE
from workflow.proof.model import Bounds
from workflow.proof.report import Counter, Report
from workflow.proof.static import Finding, Severity
from workflow.proof.story import Told

Words = Mapping[str, str]

WORDS: Final[Mapping[str, Words]] = {
    "en": {
        "unknown_team": "No team is called “{team}”. Correct the name or add the team.",
        "unknown_person": "Nobody is known as {people}. Correct the names.",
        "person_of_another_team": "{people}: not of the team “{team}”. Name people who sign for it.",
        "too_few_named": "{quorum} must sign and {count} are named. Name more or ask for fewer.",
        "team_too_small": "{quorum} of “{team}” must sign and it has {count} who may. Ask for fewer or add people.",
        "author_locks_out": (
            "“{team}” has {count} who may sign and {quorum} must: whoever of them writes in a section keeps it "
            'from being signed off. Add somebody, or write authors = "second_pair".'
        ),
        "unknown_role": "No role is called “{role}”. Correct the name.",
        "escalates_to_nobody": "Nobody holds the role “{role}” to which a missed deadline goes.",
        "escalates_to_the_same_team": "A deadline that “{team}” misses goes to “{role}”, who is of the same team.",
        "one_side": "“{team}” is the owner and the other side at once. Name two teams.",
        "unknown_team_on_call": "No team is called “{team}”, which would be on call.",
        "interim_alone": (
            'One person may publish in a crisis, and alone is "never". Ask for two, or allow it with a reason.'
        ),
        "clock_too_long": "An interim text may stand for {limit} hours at most.",
        "nothing_required": (
            "Nothing is asked for kind {kind}, language {language}, change {change}: it could be published unread."
        ),
        "owner_alone": (
            "Only “{team}”, the owner, must read every section for kind {kind}, language {language}, change "
            '{change}. Ask another team for scope = "all".'
        ),
        "sections_unread": "No requirement covers every section for kind {kind}, language {language}, change {change}.",
        "no_distinct_people": (
            "{slots} different people are needed for one section and cannot be found: one person fills one slot."
        ),
        "hangs_on_one_person": "Nothing can be signed off without {person}. Add somebody to their team.",
        "stage_empty": "The stage asks for nothing.",
        "too_many_stages": "{count} stages; {limit} at most.",
        "too_many_requirements": "{count} requirements; {limit} at most.",
        "refuse": "refused",
        "warn": "warning",
        "edit": "{p} ({team}) changes {s}.",
        "restore": "{p} ({team}) restores an older text of {s}.",
        "retype": "{p} ({team}) types an older text of {s} again.",
        "submit": "{p} submits the draft for review.",
        "approve": "{p} signs off {s} for {t}.",
        "approve_stale": "{p} signs off {s} for {t}, having read an older text.",
        "object": "{p} objects to {s} for {t}.",
        "retract": "{p} takes the decision on {s} back.",
        "lift": "{p} lifts the objection to {s}.",
        "block": "{p} opens a thread on {s} that holds back publication.",
        "resolve": "{p} resolves the thread on {s}.",
        "request_changes": "{p} asks for changes: the text is a draft again.",
        "reopen": "{p} takes the text back: it is a draft again.",
        "schedule": "{p} sets a day for publication.",
        "day": "The day comes: the text is published.",
        "held": "The day comes, and something stands against it: the text is in review again.",
        "publish": "{p} publishes.",
        "withdraw": "{p} withdraws the version.",
        "state_class": "{p} ({team}) states that the change is {c}.",
        "agree_class": "{p} ({team}) agrees to that class.",
        "contest_class": "{p} ({team}) contests the class.",
        "class_0": "editorial",
        "class_1": "clarifying",
        "class_2": "of substance",
        "leave": "{p} ({team}) leaves the company.",
        "join": "{p} joins {team}.",
        "move": "{p} leaves {team} for another team.",
        "not_approved": "Yet {t} never signed off the words now published in {s} as the policy asks.",
        "own_words": "Yet {t} lacks an approval of {s} by somebody who did not write it.",
        "one_side_end": "Yet nobody outside the owner team ever signed off the words now published in {s}.",
        "nobody_can": "From here nobody is left who may sign off {s} for {t}.",
        "dead_end_untold": "From here no decision of anybody leads to publication, and nobody is told.",
        "dead_end_imagined": "Charte says that nobody can sign this off, and somebody can.",
        "scheduled_unmet": "Yet something is outstanding again, and the day still stands.",
        "nothing_changed": "Yet nothing had changed.",
        "published_over_thread": "Yet a thread on {s} is open.",
        "published_over_objection": "Yet an objection to {s} stands.",
        "published_changed": "Yet readers had the text already.",
        "cannot_withdraw": "From here the version cannot be ended.",
        "section": "“Section {n}”",
        "outline": "the outline",
        "counted": "{states} states, {transitions} transitions, {seconds} s; at most {people} people.",
        "bounds": "Bounds: {bounds}.",
        "and": "; ",
        "bound": "changes of the text {edits}, departures {events}",
        "with_classes": ", the class agreed on",
        "excluded": (
            "Proved within them: nothing is published without every sign-off that the policy asks for, on the "
            "exact words, by different people who wrote none of them; and no dead end stays untold."
        ),
        "second_pair": (
            "Proved within them: nothing is published without every sign-off that the policy asks for, on the "
            "exact words, by different people, of whom one at least wrote none of them; and no dead end stays "
            "untold."
        ),
        "incomplete": "The search was stopped at its bound: what was seen is sound, not all was seen.",
        "sound": "The policy “{name}” is sound.",
        "unsound": "The policy “{name}” is refused.",
        "story": "This can happen:",
        "dead_end": "Mind that this can happen, and only other words help then:",
        "supposed": "The people are supposed: as many in each team as the policy needs, and one who writes.",
    },
    "fr": {
        "unknown_team": "Aucune équipe ne s’appelle « {team} ». Corrigez le nom ou ajoutez l’équipe.",
        "unknown_person": "Personne n’est connu sous le nom {people}. Corrigez les noms.",
        "person_of_another_team": (
            "{people} : pas de l’équipe « {team} ». Nommez des personnes qui approuvent pour elle."
        ),
        "too_few_named": "{quorum} doivent approuver et {count} sont nommées. Nommez-en plus ou demandez-en moins.",
        "team_too_small": (
            "{quorum} de « {team} » doivent approuver, et elle en compte {count}. Demandez-en moins ou ajoutez des "
            "personnes."
        ),
        "author_locks_out": (
            "« {team} » compte {count} personnes qui peuvent approuver et il en faut {quorum} : celle qui écrit "
            'dans une section empêche son approbation. Ajoutez quelqu’un, ou écrivez authors = "second_pair".'
        ),
        "unknown_role": "Aucun rôle ne s’appelle « {role} ». Corrigez le nom.",
        "escalates_to_nobody": "Personne ne tient le rôle « {role} », averti d’une échéance manquée.",
        "escalates_to_the_same_team": "Une échéance que « {team} » manque va à « {role} », de la même équipe.",
        "one_side": "« {team} » est à la fois propriétaire et autre partie. Nommez deux équipes.",
        "unknown_team_on_call": "Aucune équipe ne s’appelle « {team} », qui serait d’astreinte.",
        "interim_alone": (
            'Une seule personne peut publier en crise, et alone vaut "never". Demandez-en deux, ou permettez-le '
            "avec un motif."
        ),
        "clock_too_long": "Un texte provisoire vaut {limit} heures au plus.",
        "nothing_required": (
            "Rien n’est demandé pour le genre {kind}, la langue {language}, le changement {change} : il pourrait "
            "être publié sans relecture."
        ),
        "owner_alone": (
            "Seule « {team} », propriétaire, doit lire chaque section pour le genre {kind}, la langue {language}, "
            'le changement {change}. Demandez scope = "all" à une autre équipe.'
        ),
        "sections_unread": (
            "Aucune exigence ne couvre toutes les sections pour le genre {kind}, la langue {language}, le "
            "changement {change}."
        ),
        "no_distinct_people": (
            "Il faut {slots} personnes différentes pour une section, et elles n’existent pas : une personne "
            "n’occupe qu’une place."
        ),
        "hangs_on_one_person": "Rien ne peut être approuvé sans {person}. Ajoutez quelqu’un à son équipe.",
        "stage_empty": "L’étape ne demande rien.",
        "too_many_stages": "{count} étapes ; {limit} au plus.",
        "too_many_requirements": "{count} exigences ; {limit} au plus.",
        "refuse": "refusé",
        "warn": "attention",
        "edit": "{p} ({team}) modifie {s}.",
        "restore": "{p} ({team}) rétablit un texte antérieur de {s}.",
        "retype": "{p} ({team}) ressaisit un texte antérieur de {s}.",
        "submit": "{p} envoie le brouillon en relecture.",
        "approve": "{p} approuve {s} pour {t}.",
        "approve_stale": "{p} approuve {s} pour {t}, après avoir lu un texte antérieur.",
        "object": "{p} s’oppose à {s} pour {t}.",
        "retract": "{p} retire sa décision sur {s}.",
        "lift": "{p} lève l’objection à {s}.",
        "block": "{p} ouvre sur {s} un fil qui retient la publication.",
        "resolve": "{p} clôt le fil sur {s}.",
        "request_changes": "{p} demande des modifications : le texte redevient un brouillon.",
        "reopen": "{p} reprend le texte : il redevient un brouillon.",
        "schedule": "{p} fixe une date de publication.",
        "day": "La date arrive : le texte est publié.",
        "held": "La date arrive, et quelque chose s’y oppose : le texte est de nouveau en relecture.",
        "publish": "{p} publie.",
        "withdraw": "{p} retire la version.",
        "state_class": "{p} ({team}) indique que la modification est {c}.",
        "agree_class": "{p} ({team}) accepte cette nature.",
        "contest_class": "{p} ({team}) conteste cette nature.",
        "class_0": "de forme",
        "class_1": "de clarification",
        "class_2": "de fond",
        "leave": "{p} ({team}) quitte l’entreprise.",
        "join": "{p} rejoint {team}.",
        "move": "{p} quitte {team} pour une autre équipe.",
        "not_approved": (
            "Or {t} n’a jamais approuvé, comme la politique le demande, le texte désormais publié dans {s}."
        ),
        "own_words": "Or il manque à {t} une approbation de {s} par quelqu’un qui ne l’a pas écrit.",
        "one_side_end": (
            "Or personne hors de l’équipe propriétaire n’a jamais approuvé le texte désormais publié dans {s}."
        ),
        "nobody_can": "À partir de là, plus personne ne peut approuver {s} pour {t}.",
        "dead_end_untold": (
            "À partir de là, aucune décision de personne ne mène à la publication, et nul n’en est averti."
        ),
        "dead_end_imagined": "Charte dit que personne ne peut approuver, et quelqu’un le peut.",
        "scheduled_unmet": "Or il manque de nouveau quelque chose, et la date tient toujours.",
        "nothing_changed": "Or rien n’avait changé.",
        "published_over_thread": "Or un fil est ouvert sur {s}.",
        "published_over_objection": "Or une objection à {s} tient toujours.",
        "published_changed": "Or les lecteurs avaient déjà ce texte.",
        "cannot_withdraw": "À partir de là, la version ne peut plus être close.",
        "section": "« Section {n} »",
        "outline": "le plan",
        "counted": "{states} états, {transitions} transitions, {seconds} s ; {people} personnes au plus.",
        "bounds": "Bornes : {bounds}.",
        "and": " ; ",
        "bound": "changements du texte {edits}, départs {events}",
        "with_classes": ", la nature convenue",
        "excluded": (
            "Prouvé dans ces bornes : rien n’est publié sans toutes les approbations que le circuit demande, sur "
            "les mots exacts, par des personnes différentes qui n’en ont rien écrit ; et aucune impasse ne reste "
            "tue."
        ),
        "second_pair": (
            "Prouvé dans ces bornes : rien n’est publié sans toutes les approbations que le circuit demande, sur "
            "les mots exacts, par des personnes différentes dont une au moins n’en a rien écrit ; et aucune "
            "impasse ne reste tue."
        ),
        "incomplete": "La recherche s’est arrêtée à sa borne : ce qui a été vu est sûr, tout n’a pas été vu.",
        "sound": "La politique « {name} » est sûre.",
        "unsound": "La politique « {name} » est refusée.",
        "story": "Voici ce qui peut arriver :",
        "dead_end": "Notez que ceci peut arriver, et que seuls d’autres mots aident alors :",
        "supposed": "Les personnes sont supposées : autant par équipe qu’il en faut, et une qui écrit.",
    },
}

#: Who plays in the stories: names of one initial for each team, the owner's first.
CAST: Final = (
    ("Claire", "Chloé", "Camille", "Cyril", "Céline"),
    ("Louis", "Léa", "Lucie", "Luc", "Lola"),
    ("Dora", "David", "Diane", "Denis", "Daphné"),
    ("Hugo", "Hélène", "Henri", "Hanna", "Honoré"),
    ("Marc", "Manon", "Marie", "Milo", "Maud"),
)


@dataclass
class Teller:
    """Tells what a check found, in one language."""

    language: str

    def lines(self, report: Report) -> Iterator[str]:
        """The whole answer, line by line."""
        yield from (self.finding(finding) for finding in report.findings)
        if report.states:
            yield self.say("supposed")
            yield self.counted(report)
        if report.dead_end is not None:
            yield self.say("dead_end")
            yield from self.story(report.dead_end)
        if report.counter is not None:
            yield self.say("story")
            yield from self.story(report.counter)
        elif report.states:
            if not report.complete:
                yield self.say("incomplete")
            yield self.say("excluded" if report.nobody_signs_their_own else "second_pair")
        yield self.say("sound" if report.sound else "unsound", name=report.policy.name)

    def finding(self, finding: Finding) -> str:
        """One finding: how grave, where, and what to do."""
        facts = {
            name: ", ".join(map(str, value)) if isinstance(value, list) else value
            for name, value in finding.facts.items()
        }
        grave = self.say("refuse" if finding.severity is Severity.REFUSE else "warn")
        return f"{grave} [{finding.code}] {finding.place}: {self.say(finding.code, **facts)}"

    def counted(self, report: Report) -> str:
        """How far the search went, and its bounds."""
        figures = self.say(
            "counted",
            states=self._number(f"{report.states:,}"),
            transitions=self._number(f"{report.transitions:,}"),
            seconds=self._number(f"{report.seconds:.1f}"),
            people=report.people,
        )
        return f"{figures} {self.say('bounds', bounds=self.say('and').join(map(self._bound, report.bounds)))}"

    def story(self, counter: Counter) -> Iterator[str]:
        """Act by act, people by their names, then why this must not be."""
        cast = self._cast(counter)
        for act in counter.acts:
            yield "  " + self.say(
                "approve_stale" if act.verb == "approve" and not act.as_it_stands else act.verb,
                p=cast[act.who],
                team=", ".join(act.teams),
                t=act.team,
                s=self._section(counter, act.part),
                c=self.say(f"class_{act.text}") if act.verb == "state_class" else "",
            )
        broken = counter.broken
        end = "one_side_end" if broken.code == "one_side" else broken.code
        yield "  " + self.say(end, t=broken.team, s=self._section(counter, broken.part))

    def say(self, key: str, **facts: object) -> str:
        """A sentence of the table."""
        return WORDS[self.language][key].format(**facts)

    def _number(self, text: str) -> str:
        """As the language writes it: the decimal comma and the narrow space are French."""
        return text.replace(",", "\u202f").replace(".", ",") if self.language == "fr" else text

    def _bound(self, bounds: Bounds) -> str:
        classes = self.say("with_classes") if bounds.classes else ""
        return self.say("bound", edits=bounds.edits, events=bounds.events) + classes

    def _section(self, counter: Counter, part: int) -> str:
        if part >= 0 and counter.setting.parts[part].id == OUTLINE:
            return self.say("outline")
        return self.say("section", n=max(part, 0) + 1)

    def _cast(self, counter: Counter) -> dict[int, str]:
        names: dict[int, str] = {}
        teams: list[str] = [counter.setting.policy.owner_team, counter.setting.policy.other_side]
        for act in counter.acts:
            if act.who not in names:
                names[act.who] = _name(act, teams, names)
        return names


def _name(act: Told, teams: list[str], names: Mapping[int, str]) -> str:
    team = act.teams[0] if act.teams else ""
    if team not in teams:
        teams.append(team)
    pool: Sequence[str] = CAST[teams.index(team) % len(CAST)]
    return next((name for name in pool if name not in names.values()), f"{pool[0]} {len(names)}")
