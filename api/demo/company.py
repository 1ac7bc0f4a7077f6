"""Who is in the demo: the company Solenne, its teams, its people, and the texts they share."""

from dataclasses import dataclass
from typing import Final

from guidelines.people import Role

ORGANISATION: Final = "Solenne"
#: The only password that Charte ever ships, and only in the demo.
PASSWORD: Final = "une courte phrase suffit"

TEAMS: Final = {
    "comms": ("Communication", "Communications"),
    "legal": ("Juridique", "Legal"),
    "hr": ("Ressources humaines", "Human Resources"),
}


@dataclass(frozen=True, slots=True)
class Character:
    """A person of the demo. `key` is what the story calls them; `what_*` says on the sign-in page why to be them."""

    key: str
    name: str
    language: str
    roles: tuple[tuple[Role, str], ...]
    what_fr: str
    what_en: str

    @property
    def email(self) -> str:
        return f"{self.key}@solenne.example"


E, R, P = Role.EDITOR, Role.REVIEWER, Role.PUBLISHER

PEOPLE: Final = (
    Character("aicha", "Aïcha Benali", "fr", ((E, "comms"), (P, "comms")),
              "responsable de la communication : écrit, approuve, publie",
              "head of communications: writes, signs, publishes"),
    Character("mathieu", "Mathieu Lefèvre", "fr", ((E, "comms"),), "communication : écrit", "communications: writes"),
    Character("camille", "Camille Perrin", "fr", ((E, "comms"),), "communication : écrit", "communications: writes"),
    Character("emma", "Emma Wright", "en", ((E, "comms"), (P, "comms")),
              "communication à Londres : écrit, publie", "communications in London: writes, publishes"),
    Character("owen", "Owen Hughes", "en", ((E, "comms"),),
              "communication à Londres : écrit", "communications in London: writes"),
    Character("julie", "Julie Roche", "fr", ((R, "legal"),), "juriste : relit, approuve", "lawyer: reviews, signs"),
    Character("samuel", "Samuel Okafor", "en", ((R, "legal"),), "juriste : relit, approuve", "lawyer: reviews, signs"),
    Character("helene", "Hélène Brandt", "fr", ((R, "legal"),), "protection des données", "data protection"),
    Character("claire", "Claire Dumas", "fr", ((E, "hr"), (P, "hr")),
              "ressources humaines : écrit", "human resources: writes"),
    Character("ines", "Inès Castel", "fr", ((Role.READER, ""),), "atelier de Lyon : lit", "Lyon workshop: reads"),
    Character("yann", "Yann Kerbrat", "fr", ((Role.READER, ""),), "chef de chantier : lit", "site manager: reads"),
    Character("tom", "Tom Fletcher", "en", ((Role.READER, ""),), "agence de Londres : lit", "London branch: reads"),
    Character("marc", "Marc Oudin", "fr", ((Role.ADMIN, ""),), "administre Charte", "administers Charte"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """A guideline of the demo; its words lie in `content/<slug>/<number>.md`."""

    slug: str
    title: str
    language: str
    kind: str
    shelf: str
    audience: str
    summary: str
    owner_team: str = "comms"
    #: Slug of the text it is a translation of.
    translation_of: str = ""


SPEAKING_FR, SPEAKING_EN = "Parler au nom de l’entreprise", "Speaking for the company"
CRISIS_FR, CRISIS_EN = "En cas de crise", "In a crisis"
EVERYBODY_FR, EVERYBODY_EN = "Toutes les personnes du groupe", "Everyone in the group"

CHARTER_FR: Final = Text(
    "charte-des-reseaux-sociaux", "Charte des réseaux sociaux", "fr", "charter", SPEAKING_FR, EVERYBODY_FR,
    "Ce que vous pouvez dire de votre métier en ligne, et à qui demander quand vous hésitez.",
)  # fmt: skip
CHARTER_EN: Final = Text(
    "social-media-charter", "Social media charter", "en", "charter", SPEAKING_EN, EVERYBODY_EN,
    "What you may say about your work online, and whom to ask when you hesitate.",
    translation_of=CHARTER_FR.slug,
)  # fmt: skip
CRISIS_GUIDE_FR: Final = Text(
    "guide-de-communication-de-crise", "Guide de communication de crise", "fr", "guide", CRISIS_FR, EVERYBODY_FR,
    "Qui parle, qui se tait, qui approuve un message d’attente dans la première demi-heure.",
)  # fmt: skip
CRISIS_GUIDE_EN: Final = Text(
    "crisis-communication-guide", "Crisis communication guide", "en", "guide", CRISIS_EN, EVERYBODY_EN,
    "Who speaks, who does not, and who approves a holding statement in the first half hour.",
    translation_of=CRISIS_GUIDE_FR.slug,
)  # fmt: skip
PRESS_FR: Final = Text(
    "relations-avec-la-presse", "Relations avec la presse", "fr", "procedure", SPEAKING_FR, EVERYBODY_FR,
    "Un journaliste appelle : noter, ne pas répondre, transmettre aussitôt.",
)  # fmt: skip
PRESS_EN: Final = Text(
    "press-requests", "Press requests", "en", "procedure", SPEAKING_EN, EVERYBODY_EN,
    "A journalist calls: take a note, do not answer, pass it on at once.",
    translation_of=PRESS_FR.slug,
)  # fmt: skip
TOOLS_FR: Final = Text(
    "outils-ia", "Outils d’intelligence artificielle dans nos textes", "fr", "guide", SPEAKING_FR, EVERYBODY_FR,
    "Ce que nous confions à un outil qui écrit, et ce que nous gardons.",
)  # fmt: skip
EVENINGS_FR: Final = Text(
    "droit-a-la-deconnexion", "Droit à la déconnexion", "fr", "policy", "Vie au travail", EVERYBODY_FR,
    "Finir sa journée, et ce que les responsables font pour que ce soit possible.",
    owner_team="hr",
)  # fmt: skip


#: The texts whose clauses bear numbers.
CITED: Final = frozenset(text.slug for text in (CHARTER_FR, CHARTER_EN, CRISIS_GUIDE_FR, CRISIS_GUIDE_EN))


def accounts(language: str) -> list[dict[str, str]]:
    """The accounts as the sign-in page and the terminal show them."""
    return [
        {"name": who.name, "email": who.email, "what": who.what_fr if language == "fr" else who.what_en}
        for who in PEOPLE
    ]
