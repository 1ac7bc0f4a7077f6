"""The history of a draft in words and colours: what each stop was, and a text whose writers are shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.i18n import N_, say_list, say_moment, translations
from guidelines.document import Mark, Node, inline_text
from guidelines.history import Credit, Run, Written
from guidelines.stops import Stop
from workflow.events import Kind

#: Kind of stop to its icon and name.
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "edit": ("pencil", N_("Writing")),
    "import": ("upload", N_("A whole text brought in")),
    "restore": ("undo-2", N_("An earlier state restored")),
    Kind.GUIDELINE_CREATED: ("plus", N_("Begun")),
    Kind.DRAFT_STARTED: ("plus", N_("Begun as the words in force")),
    Kind.META_CHANGED: ("settings", N_("Title or details changed")),
    Kind.SUBMITTED: ("eye", N_("Submitted for review")),
    Kind.SIGNED_OFF: ("check", N_("Signed off")),
    Kind.OBJECTED: ("lock", N_("Objected to")),
    Kind.CHANGES_REQUESTED: ("undo-2", N_("Changes requested")),
    Kind.REOPENED: ("pencil", N_("Reopened for writing")),
    Kind.PUBLISHED: ("book-open", N_("Published")),
    Kind.WITHDRAWN: ("archive", N_("Withdrawn")),
}
#: Colours of the writers of one text, whoever they are: those who wrote most can be told apart.
COLOURS: Final = ("p1", "p2", "p3", "p4")
OTHER: Final = ("info", N_("A decision"))


@dataclass(frozen=True, slots=True)
class StopLine:
    """A stop as the page lists it."""

    place: int
    stop: Stop
    icon: str
    name: str
    people: str

    @property
    def at(self) -> datetime:
        return self.stop.ended_at


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody whose words stand in the text, with their colour and how many characters are theirs."""

    person_id: str
    name: str
    colour: str
    characters: int


def stop_lines(found: list[Stop], names: Mapping[str, str], language: str) -> list[StopLine]:
    """Every stop with its name and people."""
    return [
        StopLine(place, stop, *stop_name(stop.kind, language), people_of(stop, names, language))
        for place, stop in enumerate(found)
    ]


def stop_name(kind: str, language: str) -> tuple[str, str]:
    """The icon and the name of a kind of stop."""
    icon, name = KINDS.get(kind, OTHER)
    return icon, translations(language).gettext(name)


def people_of(stop: Stop, names: Mapping[str, str], language: str) -> str:
    """Who was at work."""
    somebody = translations(language).gettext(N_("Somebody"))
    return say_list([names.get(person) or somebody for person in stop.people], language)


def hands(written: Written, names: Mapping[str, str], language: str) -> list[Hand]:
    """Whose words stand there, most first."""
    counts: dict[str, int] = {}
    for line in written.lines:
        for run in line.runs:
            person = written.credits[run.source].person_id
            counts[person] = counts.get(person, 0) + len(run.text)
    somebody = translations(language).gettext(N_("Somebody"))
    ranked = sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))
    return [
        Hand(person, names.get(person) or somebody, COLOURS[place % len(COLOURS)], count)
        for place, (person, count) in enumerate(ranked)
    ]


def shown_written(document: Node, written: Written, found: Sequence[Hand], language: str) -> Node:
    """The document with every run marked by its writer's colour, and a note that says who and when."""
    lines = iter(written.lines)
    by_person = {hand.person_id: hand for hand in found}

    def mark(run: Run) -> Mark:
        credit: Credit = written.credits[run.source]
        hand = by_person[credit.person_id]
        return Mark("written", {"look": hand.colour, "note": f"{hand.name}, {say_moment(credit.at, language)}"})

    def drawn(node: Node) -> Node:
        if node.is_textblock:
            pieces = list(_marked(node, [(run.text, mark(run)) for run in next(lines).runs]))
            return Node(node.type, node.attrs, tuple(pieces), node.text, node.marks)
        return Node(node.type, node.attrs, tuple(drawn(child) for child in node.content), node.text, node.marks)

    return drawn(document)


def _marked(block: Node, runs: list[tuple[str, Mark]]) -> Iterator[Node]:
    """The block's words cut where the runs are, each with its mark outermost."""
    waiting = iter(runs)
    words, mark = "", Mark("written")
    for child in block.content:
        whole = child.text if child.type == "text" else inline_text(Node("paragraph", {}, (child,)))
        if not whole:
            yield child
        while whole:
            if not words:
                words, mark = next(waiting)
            some = whole[: len(words)]
            whole, words = whole[len(some) :], words[len(some) :]
            text = some if child.type == "text" else child.text
            if child.type == "text" or not whole:
                yield Node(child.type, child.attrs, child.content, text, (mark, *child.marks))
