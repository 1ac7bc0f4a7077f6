"""Runs every benchmark and writes docs/benchmarks.md: what was measured, beside whom, with which command.

python -m benchmarks.report [NAME...]
"""

import json
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
#: Name to (what is measured, {figure: (what it says, target)}).
BENCHMARKS: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "redline": (
        "Comparing two versions",
        {
            "times_faster_than_redlines": ("10,000 words, 100 edits: faster than `redlines`", "at least 30x"),
            "times_fast_diff_match_patch": (
                "50,000 words, 500 edits: time beside `fast-diff-match-patch` on characters",
                "at most 2x",
            ),
        },
    ),
    "word": (
        "Word and HTML of 2,000 paragraphs and 40 tables",
        {
            "times_faster_than_python_docx": ("Word, warm: faster than naive python-docx", "at least 25x"),
            "peak_megabytes": ("Word: peak memory of the whole process, MB", "under 80"),
            "html_to_docx": ("HTML: time beside our own Word export", "at most 0.5x"),
        },
    ),
    "pages": (
        "A published page",
        {
            "times_nginx": ("server CPU beside nginx serving the same bytes", "at most 6x"),
            "cheaper_than_wagtail_with_page_cache": ("cheaper than Wagtail with its page cache", "at least 8x"),
        },
    ),
    "opening": (
        "Opening a draft",
        {"times_1000_steps": ("100,000 logged steps beside 1,000", "at most 2x")},
    ),
}


def main(names: list[str]) -> None:
    """Runs the named benchmarks (all, without a name) and rewrites the page when all were run."""
    found = {name: run(name) for name in names or BENCHMARKS}
    text = page(found)
    if names:
        print(text)
    else:
        _, heading, live = PAGE.read_text("utf-8").partition("\n## Writing together, live")
        PAGE.write_text(text + heading + live, "utf-8")
        print(f"{PAGE.relative_to(Path.cwd())} written")


def run(name: str) -> dict[str, Any]:
    """The figures of one benchmark: the last line of JSON that it prints."""
    print(f"== {name}", flush=True)
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], stdout=subprocess.PIPE, text=True, check=True)
    print(done.stdout, flush=True)
    line = [line for line in done.stdout.splitlines() if line.startswith("{")][-1]
    figures: dict[str, Any] = json.loads(line)
    return figures


def page(found: dict[str, dict[str, Any]]) -> str:
    """The Markdown page of the figures."""
    cores = os.cpu_count()
    lines = [
        "# Benchmarks",
        "",
        "Every figure is a ratio between two things measured in one run, in CPU time, as a median:",
        "the machine is shared, and its seconds say little. `make bench` measures again and rewrites this page.",
        "",
        f"Measured on {date.today():%d %B %Y}: {cores} cores, {platform.system()}, Python {platform.python_version()}.",
    ]
    for name, figures in found.items():
        title, wanted = BENCHMARKS[name]
        lines += [
            "",
            f"## {title}",
            "",
            f"`python -m benchmarks.{name}`",
            "",
            "| figure | measured | target |",
            "|---|---|---|",
        ]
        lines += [f"| {says} | {figures[key]} | {target} |" for key, (says, target) in wanted.items()]
        rest = {key: value for key, value in figures.items() if key not in wanted and key != "benchmark"}
        lines += ["", "```json", json.dumps(rest, ensure_ascii=False, indent=1), "```"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
