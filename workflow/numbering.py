"""The number of an edition: 1.0, then minor or major as the publisher states."""

from enum import StrEnum


class Step(StrEnum):
    """How much the number grows."""

    MINOR = "minor"
    MAJOR = "major"


def next_number(former: tuple[int, int] | None, step: Step) -> tuple[int, int]:
    """The number after the highest one ever published; 1.0 for a first edition, whatever is stated."""
    if former is None:
        return (1, 0)
    major, minor = former
    return (major + 1, 0) if step is Step.MAJOR else (major, minor + 1)
