"""The rules of approval told a second time, in words instead of hashes, by somebody who never read the product's code.

The ghost remembers who made which words, and what each signer's page showed. From that alone it says whether a
publication was right. Everybody types a letter of their own: whose letters stand more often than in the words in force
is seen by eye, without a look at who wrote when. Of whom no letter is left, who took no other's away, and whose letters
no other took, is no maker.
"""

from collections import Counter
from dataclasses import dataclass, field

from guidelines.document import Node, textblocks

Words = dict[str, str]

#: The letter that each of them types.
LETTERS = {"aicha": "α", "mathieu": "μ", "julie": "ι"}


def words_of(title: str, document: Node) -> Words:
    """What a reader could compare by eye: each section's words, the order of the sections, the title."""
    found: Words = {}
    order = []
    section = "front"
    for block in textblocks(document):
        if block.type == "heading":
            section = block.id
            order.append(f"{section}:{block.attr('level')}")
        spelled = "".join(child.text for child in block.content)
        found[section] = f"{found.get(section, '')}\n{block.type} {spelled}"
    return {**found, "outline": " ".join(order), "meta": title}


@dataclass
class Decided:
    """What a person decided about a slice, having seen these words."""

    person: str
    team: str
    choice: str
    words: str


@dataclass
class Told:
    """A version as the ghost knows it."""

    words: Words
    #: The words in force when it was started; None when there were none.
    anchor: Words | None
    decided: dict[tuple[str, str], Decided] = field(default_factory=dict)
    #: Slice to those who took another's letters away, or lost some to another.
    bound: dict[str, set[str]] = field(default_factory=dict)
    blocking: set[str] = field(default_factory=set)


@dataclass
class Ghost:
    """Everything that happened to one guideline."""

    versions: dict[str, Told] = field(default_factory=dict)
    #: Who made a slice's words, from nothing and since the words in force then.
    made: dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)
    in_force: str | None = None
    published: dict[str, Words] = field(default_factory=dict)

    def begin(self, version: str, words: Words, person: str | None) -> None:
        anchor = self.published[self.in_force] if self.in_force else None
        self.versions[version] = Told(dict(words), anchor)
        if person is not None:
            for slice_id, found in words.items():
                self.made.setdefault((slice_id, found), (frozenset({person}), frozenset({person})))

    def written(self, version: str, words: Words, person: str) -> None:
        told = self.versions[version]
        for slice_id, found in words.items():
            before = told.words.get(slice_id, "")
            lost = Counter(before) - Counter(found)
            owners = {name for name, letter in LETTERS.items() if lost[letter] and name != person}
            if owners or set(lost) - set(LETTERS.values()):
                told.bound.setdefault(slice_id, set()).update(owners | {person})
            if found == before or (slice_id, found) in self.made:
                continue
            whole, since = self.made.get((slice_id, before), (frozenset(), frozenset()))
            if told.anchor is not None and told.anchor.get(slice_id) == before:
                since = frozenset()
            self.made[slice_id, found] = (whole | {person}, since | {person})
        told.words = dict(words)

    def decides(self, version: str, person: str, team: str, choice: str, shown: Words, slices: list[str]) -> None:
        told = self.versions[version]
        for slice_id in slices:
            if choice == "retract":
                told.decided.pop((person, slice_id), None)
            elif choice == "lift":
                for key, decided in list(told.decided.items()):
                    if key[1] == slice_id and decided.choice == "object" and decided.team == team:
                        del told.decided[key]
            else:
                told.decided[person, slice_id] = Decided(person, team, choice, shown.get(slice_id, ""))

    def publishes(self, version: str) -> None:
        """Judges a publication that the product let through, and keeps it."""
        told = self.versions[version]
        assert told.anchor is None or told.words != told.anchor, "published without a change"
        assert not told.blocking, "published over a blocking thread"
        for (person, slice_id), decided in told.decided.items():
            assert decided.choice != "object", f"published over {person}'s objection to {slice_id}"
        for slice_id, now in told.words.items():
            if told.anchor is None or told.anchor.get(slice_id) != now:
                self._signed_by_both(told, slice_id, now)
        self.published[version] = dict(told.words)
        self.in_force = version

    def _signed_by_both(self, told: Told, slice_id: str, now: str) -> None:
        whole, since = self.made.get((slice_id, now), (frozenset(), frozenset()))
        makers = whole if told.anchor is None else since
        if slice_id != "meta" and told.anchor is not None:
            stand = Counter(now) - Counter(told.anchor.get(slice_id, ""))
            makers &= {name for name, letter in LETTERS.items() if stand[letter]} | told.bound.get(slice_id, set())
        signers = {
            team: {
                decided.person
                for (_, part), decided in told.decided.items()
                if part == slice_id and decided.team == team and decided.words == now and decided.person not in makers
            }
            for team in ("comms", "legal")
        }
        assert all(signers.values()), f"{slice_id} lacks a signature that counts: {signers}, made by {sorted(makers)}"
        assert len(signers["comms"] | signers["legal"]) > 1, f"one human filled both slots of {slice_id}"
