"""The number of an edition: 1.0, then minor or major as the class of the change has it, or more if somebody says so."""

from enum import StrEnum

from workflow.errors import NumberTooLow
from workflow.policy import Change


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


def step_of(change: Change, wanted: str = "") -> Step:
    """How much a change of this class moves the number; a major number may be asked for, a minor one too little not.

    Raises `NumberTooLow` for a minor number on a change of substance.
    """
    least = Step.MAJOR if change == "substantive" else Step.MINOR
    step = Step(wanted) if wanted else least
    if least is Step.MAJOR and step is Step.MINOR:
        raise NumberTooLow(change=change)
    return step


def asks_again(change: Change, wanted: bool | None = None) -> bool:
    """Whether those who confirmed the version before confirm this one too.

    A change of substance always asks. Of a lesser one the publisher may say; unsaid, only typography asks nobody.
    """
    if change == "substantive":
        return True
    return change != "editorial" if wanted is None else wanted
