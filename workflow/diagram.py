"""Draws the life of a version from the machine's table, for the documentation: `make diagrams` calls it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from workflow.machine import TERMINAL, TRANSITIONS, Action, State

NAME: Final = "life-of-a-version.md"
#: What happens by itself is drawn with the cause.
BY_ITSELF: Final = {Action.SUPERSEDE: "successor published", Action.LAPSE: "deadline passed", Action.HOLD: "date held"}


def life_of_a_version() -> str:
    """The page: one diagram of what moves a version on, one table of what leaves it where it is."""
    arrows: dict[tuple[State, State], list[str]] = {}
    staying: dict[State, list[str]] = {}
    for (old, action), new in TRANSITIONS.items():
        if old is new:
            staying.setdefault(old, []).append(action.value)
        else:
            arrows.setdefault((old, new), []).append(BY_ITSELF.get(action, action.value))
    return "\n".join(
        [
            "# The life of a version",
            "",
            "Drawn from `workflow/machine.py` by `make diagrams`; a test fails when the two differ.",
            "*Approved* and *in force* are no states: they are read from the facts.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            f"    [*] --> {State.DRAFT}",
            *(f"    {old} --> {new} : {', '.join(actions)}" for (old, new), actions in arrows.items()),
            *(f"    {state} --> [*]" for state in State if state in TERMINAL),
            "```",
            "",
            "| state | what leaves it where it is |",
            "|---|---|",
            *(
                f"| `{state}` | {', '.join(f'`{action}`' for action in actions)} |"
                for state, actions in staying.items()
            ),
            "",
        ]
    )


def main(arguments: Sequence[str]) -> int:
    """Writes the page into the folder named."""
    if len(arguments) != 1:
        print("python -m workflow.diagram FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_text(life_of_a_version(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
