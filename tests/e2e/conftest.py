"""Fixtures of the browser tests: LibreOffice, and where photographs go."""

import os
import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def libreoffice() -> str:
    """LibreOffice's command, for a story's end. Without it the test is skipped there; where CI is set it fails."""
    found = shutil.which("soffice")
    if found is None or shutil.which("pdftotext") is None:
        reason = "played to its end, but for the PDF: apt-get install libreoffice-writer-nogui poppler-utils"
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
