"""`charte policy check`: a policy file judged, with the proof or the story that speaks against it."""

from pathlib import Path

from api.errors import BadInput
from api.policy_words import Teller
from workflow.errors import InvalidPolicy
from workflow.policy import read_policy
from workflow.proof.report import check


def check_policy_file(file: Path, *, language: str) -> bool:
    """Prints what was found in a policy file; whether it is sound. Raises `BadInput` for a file that is no policy."""
    try:
        policy = read_policy(file.read_text("utf-8"), name=file.name)
    except UnicodeDecodeError:
        raise BadInput(f"{file}: is not text. Save it as UTF-8.") from None
    except InvalidPolicy as error:
        place = error.facts["place"] or "the file"
        raise BadInput(f"{file}: {place}: {' '.join(error.facts['problem'].split())}. Mend it there.") from None
    report = check(policy)
    for line in Teller(language).lines(report):
        print(line)
    return report.sound
