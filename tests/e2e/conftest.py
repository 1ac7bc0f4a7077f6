"""Fixtures of the browser tests: LibreOffice, and where photographs go."""

import os
import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def libreoffice() -> str:
    """LibreOffice's command. Without it a test is skipped, loudly; where CI is set it fails."""
    found = shutil.which("soffice")
    if found is None:
        reason = "no soffice here: apt-get install libreoffice-writer-nogui poppler-utils"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path:
    """Where a failing walk leaves its photographs."""
    folder = Path(request.config.rootpath) / ".cache" / "e2e" / request.node.name.replace("/", "-")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
