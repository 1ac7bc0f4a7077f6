"""The small company with its mail server."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.jobs.office import Office, mail_server


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    with mail_server() as (post, url):
        yield Office(engine, post, url)
