"""What the REST interface's bodies are made of: strict input, checked words, people by id and name."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from workflow.queries import Life

#: Beyond any revision; what a database's integer holds.
MOST = 2**31 - 1


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds a NUL")
    return text


class Body(BaseModel):
    """A request's body: an unknown key is refused, because a mistyped one must not silently do nothing."""

    model_config = ConfigDict(extra="forbid")


#: Words of a request, as a database can hold them.
Words = Annotated[str, AfterValidator(_storable)]
Remark = Annotated[Words, Field(max_length=2000)]
SectionId = Annotated[str, Field(max_length=64, pattern=r"^[\w.:-]*$", description="A heading's block id.")]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256 in hex.")]
Revision = Annotated[int, Field(ge=0, le=MOST, description="How many steps the text has had.")]


class Named(BaseModel):
    """Somebody, by id and name."""

    id: str
    name: str


class Edition(BaseModel):
    """A version in a list."""

    version_id: str
    state: str
    since: datetime
    title: str
    number: str | None = Field(description="`1.0` once it is published.")
    effective_on: date | None


def named(person_id: str, names: Mapping[str, str]) -> Named:
    """The person with the name at hand; "" once it has been erased."""
    return Named(id=person_id, name=names.get(person_id, ""))


def edition_of(life: Life) -> Edition:
    """A version's line."""
    return Edition(
        version_id=life.version.id,
        state=life.state.value,
        since=life.since,
        title=life.version.title,
        number=life.number,
        effective_on=life.effective_on,
    )
