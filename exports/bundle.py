"""An evidence bundle: the record sealed at publication, with all that makes it readable, under one seal of its own."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from exports.evidence_format import BUNDLE_DOMAIN, MANIFEST, SEAL, archive, manifest_of, message, seal_of, sha256

#: The modules of which the stand-alone script consists, in the order in which they need each other.
_MODULES: Final = ("evidence_format", "evidence_record", "evidence_check")
_OWN_IMPORT: Final = re.compile(r"^from exports\.\S+ import (?:\([^)]*\)[^\n]*|[^\n]*)\n", re.MULTILINE)


def bundle(contents: Mapping[str, bytes], *, public_key: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """The file: the same bytes for the same contents and key, on any machine and any day."""
    inside = [*sorted(contents.items()), ("verify.py", verifier())]
    manifest = manifest_of(inside)
    digest = sha256(manifest)
    seal = seal_of(digest, public_key, sign(message(BUNDLE_DOMAIN, digest)))
    return archive([(MANIFEST, manifest), (SEAL, seal), *inside])


@cache
def verifier() -> bytes:
    """The script that checks a bundle with nothing but Python's standard library and openssl."""
    place = files("exports")
    sources = [place.joinpath(f"{name}.py").read_text("utf-8") for name in _MODULES]
    told, *others = [_OWN_IMPORT.sub("", source) for source in (sources[-1], *sources[:-1])]
    head, docstring, body = told.split('"""', 2)
    main = [part.split('"""', 2)[2] for part in others]
    return f'{head}"""{docstring}"""\n{"".join(main)}\n{body}'.encode()
