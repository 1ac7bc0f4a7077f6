"""The demo's history, told from first draft to today: who wrote, commented, signed, published and read what.

It is told in the order of the calendar. Every move goes through the rules of the product, so nothing here can show
what the product would refuse.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from api.demo.company import (
    CHARTER_EN,
    CHARTER_FR,
    CRISIS_GUIDE_EN,
    CRISIS_GUIDE_FR,
    EVENINGS_FR,
    PRESS_EN,
    PRESS_FR,
    TOOLS_FR,
)
from api.demo.policies import policies_changed
from api.demo.stage import Stage

BEGINNING = timedelta(days=340)


def tell(session: Session, now: datetime) -> None:
    """Writes the whole history into an empty database, in the caller's transaction; its last moves are of today."""
    stage = Stage(session, end=now, at=now - BEGINNING)
    stage.found_company()
    first_charter(stage)
    first_crisis_guide(stage)
    press_requests(stage)
    shorter_delays(stage)
    crisis_guide_after_the_exercise(stage)
    tools_sent_back(stage)
    evenings_in_two_hands(stage)
    charter_in_review(stage)
    english_charter_being_written(stage)
    policies_changed(stage)


def first_charter(stage: Stage) -> None:
    """Version 1.0 of the charter in both languages: each team's signer wrote none of it."""
    stage.day(320, 9)
    french = stage.create(CHARTER_FR, "aicha", range(6))
    stage.day(318, 14)
    stage.write(french, "mathieu", CHARTER_FR, "1.0")
    stage.day(317, 10)
    question = stage.comment(
        french, "julie", "n’ajoute aucune sanction", "Il faut aussi dire ce que la charte n’enlève pas."
    )
    stage.reply(question, "aicha", "C’est la phrase suivante. Elle vous convient ?")
    stage.reply(question, "julie", "Oui, gardons-la telle quelle.", resolve=True)
    stage.submit(french, "aicha")
    stage.day(315, 11)
    stage.sign(french, "camille", "comms")
    stage.day(314, 16, 40)
    stage.sign(french, "julie", "legal")
    stage.day(312, 9)
    stage.publish(french, "aicha", "Première version.")
    stage.day(308, 12)
    stage.confirm(CHARTER_FR, "ines", "yann", "mathieu", "claire", "helene")

    stage.day(290, 9)
    english = stage.create(CHARTER_EN, "emma", range(6))
    stage.day(288, 15)
    stage.write(english, "owen", CHARTER_EN, "1.0")
    stage.submit(english, "emma")
    stage.day(286, 10)
    stage.sign(english, "camille", "comms")
    stage.sign(english, "samuel", "legal")
    stage.day(285, 9)
    stage.publish(english, "emma", "First version, after the French text.")
    stage.day(280, 13)
    stage.confirm(CHARTER_EN, "tom", "owen", "samuel")


def first_crisis_guide(stage: Stage) -> None:
    """Version 1.0 of the crisis guide. Legal writes its own section, so another lawyer signs it."""
    stage.day(250, 9)
    french = stage.create(CRISIS_GUIDE_FR, "mathieu", range(7))
    stage.day(247, 10)
    stage.write(french, "samuel", CRISIS_GUIDE_FR, "1.0", "Ce que le juridique relit", "Le journal de crise")
    stage.day(246, 14)
    stage.write(french, "camille", CRISIS_GUIDE_FR, "1.0")
    stage.submit(french, "mathieu")
    stage.day(244, 11)
    stage.sign(french, "aicha", "comms")
    stage.day(243, 17)
    stage.sign(french, "julie", "legal")
    stage.day(241, 9)
    stage.publish(french, "aicha", "Première version.")
    stage.day(236, 9)
    stage.confirm(CRISIS_GUIDE_FR, "ines", "yann", "camille", "helene")

    stage.day(220, 9)
    english = stage.create(CRISIS_GUIDE_EN, "owen")
    stage.submit(english, "owen")
    stage.day(216, 15)
    stage.sign(english, "emma", "comms")
    stage.sign(english, "samuel", "legal")
    stage.day(215, 9)
    stage.publish(english, "emma", "First version.")
    stage.day(210, 9)
    stage.confirm(CRISIS_GUIDE_EN, "tom")


def press_requests(stage: Stage) -> None:
    """A short text in both languages, so that the handbook holds more than two."""
    for text, writer, signer, lawyer, publisher, readers in (
        (PRESS_FR, "camille", "mathieu", "julie", "aicha", ("ines", "yann")),
        (PRESS_EN, "owen", "emma", "samuel", "emma", ("tom",)),
    ):
        stage.day(180, 9)
        version = stage.create(text, writer)
        stage.submit(version, writer)
        stage.day(176, 10)
        stage.sign(version, signer, "comms")
        stage.sign(version, lawyer, "legal")
        stage.day(175, 9)
        first = "Première version." if text.language == "fr" else "First version."
        stage.publish(version, publisher, first)
        stage.day(170, 12)
        stage.confirm(text, *readers)


def shorter_delays(stage: Stage) -> None:
    """Version 1.1 of the charter: two sections change, only these are signed again."""
    stage.day(120, 9)
    french = stage.draft(CHARTER_FR, "mathieu")
    stage.type(
        french, "mathieu", "pas annoncé lui-même ;",
        "pas annoncé lui-même, y compris par une photo où son enseigne se reconnaît ;",
    )  # fmt: skip
    stage.day(119, 11)
    stage.type(french, "mathieu", "une demi-journée", "quatre heures ouvrées")
    stage.type(
        french, "mathieu", "dans la demi-journée", "sous quatre heures ouvrées, week-ends et jours fériés non compris"
    )
    stage.submit(french, "mathieu")
    stage.day(117, 10)
    stage.sign(french, "aicha", "comms")
    stage.day(116, 16)
    stage.agree(french, "mathieu", "samuel", "clarifying")
    stage.sign(french, "samuel", "legal")
    stage.day(115, 9)
    stage.publish(
        french,
        "aicha",
        "Réclamations : réponse sous quatre heures ouvrées. Enseignes de clients sur les photos.",
    )
    stage.day(110, 12)
    stage.confirm(CHARTER_FR, "yann", "ines", "claire", "aicha")

    stage.day(105, 9)
    english = stage.draft(CHARTER_EN, "owen")
    stage.write(english, "owen", CHARTER_EN, "1.1")
    stage.submit(english, "owen")
    stage.day(102, 14)
    stage.sign(english, "emma", "comms")
    stage.agree(english, "owen", "julie", "clarifying")
    stage.sign(english, "julie", "legal")
    stage.day(101, 9)
    stage.publish(english, "emma", "Complaints: an answer within four working hours. Clients’ signs in pictures.")
    stage.day(98, 9)
    stage.confirm(CHARTER_EN, "tom", "emma")


def crisis_guide_after_the_exercise(stage: Stage) -> None:
    """Version 2.0 of the crisis guide, after an exercise; the English text follows as 1.1."""
    stage.day(62, 9)
    french = stage.draft(CRISIS_GUIDE_FR, "camille")
    stage.write(french, "camille", CRISIS_GUIDE_FR, "2.0", "La première demi-heure", "Images et vidéos de l’événement")
    stage.day(60, 10)
    stage.write(french, "helene", CRISIS_GUIDE_FR, "2.0", "Qui appelle qui", "Messages d’attente")
    stage.day(58, 15)
    stage.write(french, "mathieu", CRISIS_GUIDE_FR, "2.0")
    stage.submit(french, "camille")
    stage.day(55, 9)
    remark = stage.comment(
        french, "julie", "quinze minutes", "Quinze minutes la nuit : la permanence est-elle d’accord ?", blocking=True
    )
    stage.reply(remark, "mathieu", "Oui, c’est dans l’accord d’astreinte depuis l’exercice de printemps.")
    stage.reply(remark, "julie", "Alors je retire ma réserve.", resolve=True)
    stage.day(52, 11)
    stage.sign(french, "aicha", "comms")
    stage.sign(french, "julie", "legal")
    stage.day(50, 9)
    stage.publish(
        french, "aicha",
        "Après l’exercice : message d’attente en trente minutes, relecture en quinze, images de l’événement.",
    )  # fmt: skip
    stage.day(45, 12)
    stage.confirm(CRISIS_GUIDE_FR, "yann", "marc", "julie")

    stage.day(40, 9)
    english = stage.draft(CRISIS_GUIDE_EN, "owen")
    stage.write(english, "owen", CRISIS_GUIDE_EN, "1.1")
    stage.submit(english, "owen")
    stage.day(37, 10)
    stage.sign(english, "emma", "comms")
    stage.agree(english, "owen", "samuel", "clarifying")
    stage.sign(english, "samuel", "legal")
    stage.day(36, 9)
    stage.publish(english, "emma", "Pictures of the event, data breaches, fifteen minutes for Legal.")


def tools_sent_back(stage: Stage) -> None:
    """A first version that Legal sent back: a draft again, with the remark and the open thread."""
    stage.day(20, 9)
    version = stage.create(TOOLS_FR, "camille", range(3))
    stage.day(19, 10)
    stage.write(version, "mathieu", TOOLS_FR, "1.0")
    stage.day(18, 14)
    stage.submit(version, "camille")
    stage.day(17, 11)
    stage.sign(version, "aicha", "comms", "Ce que l’outil peut faire")
    stage.comment(
        version, "julie", "sauf qu’à ce jour nous n’en publions pas",
        "Une exception qui nie la règle ne se lit pas. Dites que nous n’en publions pas, et rien d’autre.",
    )  # fmt: skip
    stage.request_changes(
        version, "julie", "La dernière section se contredit. Et il manque la phrase sur la voix d’une personne décédée."
    )


def evenings_in_two_hands(stage: Stage) -> None:
    """A draft of Human Resources in which a lawyer writes too."""
    stage.day(14, 9)
    version = stage.create(EVENINGS_FR, "claire", range(3))
    stage.day(13, 15)
    stage.write(version, "julie", EVENINGS_FR, "1.0", "Les exceptions")
    stage.day(13, 16)
    stage.type(
        version,
        "claire",
        "personne n’a à lire ni à répondre à un message",
        "personne n’a à lire un message, ni à y répondre",
    )
    stage.type(version, "julie", "n’a aucune conséquence sur", "n’a de conséquence ni sur", behind=1)
    stage.type(
        version,
        "claire",
        "l’évaluation, la rémunération ou la carrière",
        "l’évaluation, ni sur la rémunération, ni sur la carrière",
    )
    stage.comment(version, "julie", "prévue, planifiée et payée", "« Compensée » : la récupération existe aussi.")


def charter_in_review(stage: Stage) -> None:
    """Version 2.0 of the charter: sent back once, submitted again; one sign-off fell with the words it named."""
    stage.day(16, 9)
    version = stage.draft(CHARTER_FR, "camille")
    stage.write(version, "camille", CHARTER_FR, "2.0", "Parler de son travail", "En cas d’erreur")
    stage.day(15, 10)
    stage.write(version, "mathieu", CHARTER_FR, "2.0", "Groupes de discussion")
    stage.type(version, "mathieu", "quatre heures ouvrées", "deux heures ouvrées")
    stage.type(version, "mathieu", "sous quatre heures ouvrées", "sous deux heures ouvrées")
    stage.day(12, 14)
    stage.type(version, "camille", "sans son accord. Demandez", "sans son accord exprès. Demandez")
    stage.submit(version, "camille")
    stage.day(9, 11)
    stage.sign(version, "aicha", "comms")
    stage.day(8, 16, 40)
    stage.sign(version, "julie", "legal", "Parler de son travail", "Délais de réponse", "Groupes de discussion")
    stage.day(7, 10)
    delay = stage.comment(
        version, "samuel", "sous deux heures ouvrées",
        "Un client pourra nous opposer ce délai. Que dit le registre pour un vendredi soir ?",
    )  # fmt: skip
    stage.reply(delay, "mathieu", "Il dit trois heures en moyenne. Je propose le jour même, avec une heure limite.")
    stage.request_changes(
        version, "samuel",
        "L’accord pour une image doit être écrit, sinon la preuve nous manque. "
        "Et deux heures, nous ne les tiendrons pas.",
    )  # fmt: skip
    stage.day(5, 9)
    stage.write(version, "helene", CHARTER_FR, "2.0", "Photos et droit à l’image")
    stage.day(4, 8, 55)
    stage.type(version, "mathieu", "deux heures ouvrées", "le jour ouvré même")
    stage.type(
        version, "mathieu", "sous deux heures ouvrées, week-ends et jours fériés non compris",
        "le jour ouvré même, ou avant 10 h le lendemain si elle arrive après 16 h",
    )  # fmt: skip
    stage.submit(version, "camille")
    _discussed(stage, version)


def _discussed(stage: Stage, version: str) -> None:
    """What is said about the words that stand now: a thread settled, one answered, one that holds publication back."""
    stage.day(3, 10)
    months = stage.comment(
        version, "julie", "trois mois après la réception des travaux", "Pourquoi trois mois, et pas le jour même ?"
    )
    stage.reply(months, "mathieu", "Les réserves se lèvent souvent dans ce délai, et l’équipe s’y retrouve.")
    stage.reply(months, "julie", "C’est bon pour moi.", resolve=True)
    stage.day(2, 11)
    stage.sign(version, "aicha", "comms", "Délais de réponse")
    stage.before_end(hours=5)
    sunday = stage.comment(
        version, "julie", "juriste quand le texte cite un concurrent",
        "La publicité comparative a ses règles. Qui relit le dimanche ?",
    )  # fmt: skip
    stage.before_end(hours=2)
    stage.comment(
        version, "samuel", "un message qui nomme l’image",
        "Un message vocal compte-t-il ? Écrivez « un message écrit », sinon la preuve nous manque encore.",
        blocking=True,
    )  # fmt: skip
    stage.before_end(minutes=40)
    stage.reply(sunday, "aicha", "La liste d’astreinte couvre le week-end. Je peux la citer ici.")


def english_charter_being_written(stage: Stage) -> None:
    """The English text follows: a draft in which two people write today, at times in the same sentence."""
    stage.before_end(minutes=38)
    version = stage.draft(CHARTER_EN, "owen")
    stage.write(version, "owen", CHARTER_EN, "2.0", "Talking about your work")
    stage.write(version, "emma", CHARTER_EN, "2.0", "Group chats")
    stage.before_end(minutes=25)
    stage.type(version, "emma", "in two taps", "in two taps, and then it is anybody’s")
    stage.type(version, "owen", "the whole team", "the whole crew", behind=1)
    stage.type(version, "emma", "Write there what", "Only write there what", behind=1)
    phones = stage.comment(
        version, "samuel", "with a private telephone", "Does every site manager in Leeds have a company telephone?"
    )
    stage.reply(phones, "emma", "From January on. I will say so here.")
