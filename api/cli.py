"""The command `charte`: every engine on files, and the server's operation.

Exit codes: 0 done; 1 the answer is no (altered, conflicts); 2 bad input, with one line on standard error that says
what, where and what to do. Heavy imports wait until the command that needs them is chosen.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from api.errors import BadInput

DONE, NO, BAD_INPUT = 0, 1, 2
#: What a shell expects of a command that Ctrl-C has ended.
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; console script `charte`."""
    try:
        return _run(arguments)
    finally:
        _flush()


def _flush() -> None:
    """Says what is still to be said now: a reader who has gone would otherwise be told of when Python ends."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: Sequence[str] | None) -> int:
    options = parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except BadInput as error:
        print(f"charte: {error}", file=sys.stderr)
    except BrokenPipeError:
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if (sentence := _sentence(error)) is None:
            raise
        print(f"charte: {sentence}", file=sys.stderr)
    return BAD_INPUT


class Parser(argparse.ArgumentParser):
    """Refuses in one line, like every other command; the usage is a `--help` away."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message}. See: {self.prog} --help\n")


class ShowVersion(argparse.Action):
    """Prints the installed release; it is looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        print(f"charte {version('charte')}")
        parser.exit(DONE)


def parser() -> argparse.ArgumentParser:
    """All commands with their help; the documentation's reference is checked against it."""
    top = Parser(prog="charte", description="Guidelines written together, signed off word for word, and published.")
    top.add_argument("--version", action=ShowVersion, nargs=0, help="print the installed release")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="serve with demo data in a named or temporary folder")
    demo.add_argument("--folder", type=Path, help="where the demo's database lies; kept between starts")
    _address(demo)
    demo.set_defaults(command=_demo)

    serve = commands.add_parser("serve", help="serve the configured database")
    _address(serve)
    serve.add_argument("--workers", type=_workers, default=1, help="server processes (PostgreSQL only above 1)")
    serve.set_defaults(command=_serve)

    convert = commands.add_parser("convert", help="a document from one format to another, by file ending")
    convert.add_argument("source", type=Path, metavar="IN", help="the file to read")
    convert.add_argument("target", type=Path, metavar="OUT", help="the file to write")
    convert.add_argument("--title", help="the document's title where the format shows one")
    convert.add_argument(
        "--language", choices=("fr", "en"), default="fr", help="of the words Charte adds; fr if left out"
    )
    convert.set_defaults(command=_convert)

    redline = commands.add_parser("redline", help="what changed between two documents")
    redline.add_argument("old", type=Path, metavar="OLD", help="the document as it was")
    redline.add_argument("new", type=Path, metavar="NEW", help="the document as it is")
    redline.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT", help="by its ending: html, json, md"
    )
    redline.add_argument(
        "--language", choices=("fr", "en"), default="fr", help="of the words Charte adds; fr if left out"
    )
    redline.set_defaults(command=_redline)

    export = commands.add_parser("export", help="a published version, with its approval record")
    export.add_argument("guideline", metavar="GUIDELINE", help="its address, such as social-media-charter")
    export.add_argument("--version", metavar="N", help="its number; without it, the version in force")
    export.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT", help="by its ending: docx, html, md, json"
    )
    export.set_defaults(command=_export)

    migrate = commands.add_parser("migrate", help="bring the database to this release's form")
    migrate.set_defaults(command=_migrate)

    people = commands.add_parser("people", help="people and teams").add_subparsers(required=True, metavar="WHAT")
    first = people.add_parser("first-admin", help="print a one-time link that makes the first administrator")
    first.set_defaults(command=_first_admin)
    invite = people.add_parser("invite", help="print a one-time link with which a known person sets a password")
    invite.add_argument("email", metavar="EMAIL", help="the address under which they are known")
    invite.set_defaults(command=_invite)
    import_people = people.add_parser("import", help="add people from a CSV file: name, email, language, team, role")
    import_people.add_argument("file", type=Path, metavar="FILE", help="UTF-8; its first row names the columns")
    import_people.set_defaults(command=_import_people)
    team = people.add_parser("team", help="add a team")
    team.add_argument("id", metavar="ID", help="what policies call it, such as legal")
    team.add_argument("name_fr", metavar="NAME_FR", help="its name in French")
    team.add_argument("name_en", metavar="NAME_EN", help="its name in English")
    team.set_defaults(command=_add_team)

    erase = people.add_parser("erase", help="forget somebody's name and address; what they decided stays")
    erase.add_argument("email", metavar="EMAIL", help="the address under which they are known")
    erase.set_defaults(command=_erase_person)

    keys = commands.add_parser("keys", help="keys that seal publications").add_subparsers(required=True, metavar="WHAT")
    new_key = keys.add_parser("new", help="make a key in place of the one before, whose seals stay good")
    new_key.set_defaults(command=_new_key)
    list_keys = keys.add_parser("list", help="print every key: id, public half, since when, until when")
    list_keys.set_defaults(command=_list_keys)

    evidence = commands.add_parser("evidence", help="the evidence of a published version, as one file")
    evidence.add_argument(
        "version", metavar="WHAT", help="SLUG, SLUG@NUMBER or a version's id; or alone: seal, stamp (see the guide)"
    )
    evidence.add_argument("-o", "--output", type=Path, metavar="OUT", help="the file to write")
    evidence.set_defaults(command=_evidence)

    verify_bundle = commands.add_parser("verify", help="check an evidence file offline")
    verify_bundle.add_argument("bundle", type=Path, metavar="BUNDLE", help="the file")
    verify_bundle.add_argument(
        "--key", action="append", default=[], metavar="PUBLIC", help="a key that may have sealed it; may be repeated"
    )
    verify_bundle.add_argument("--tsa", type=Path, metavar="FILE", help="certificates of the time-stamp authority")
    verify_bundle.set_defaults(command=_verify_bundle)

    doctor = commands.add_parser("doctor", help="say whether this installation can serve, line by line")
    doctor.set_defaults(command=_doctor)

    jobs = commands.add_parser("jobs", help="work put aside: mail, reminders, messages").add_subparsers(
        required=True, metavar="WHAT"
    )
    run_jobs = jobs.add_parser("run", help="do what is due; the server does so itself while it runs")
    run_jobs.add_argument("--once", action="store_true", help="end when nothing is due any more")
    run_jobs.set_defaults(command=_run_jobs)
    failed = jobs.add_parser("failed", help="list what nobody tries any more")
    failed.set_defaults(command=_failed_jobs)
    retry = jobs.add_parser("retry", help="let that be tried again")
    retry.set_defaults(command=_retry_jobs)

    policy = commands.add_parser("policy", help="approval policies").add_subparsers(required=True, metavar="WHAT")
    check_policy = policy.add_parser("check", help="prove a policy sound, or tell how it fails")
    check_policy.add_argument("file", type=Path, metavar="FILE", help="the policy: TOML, or JSON with the same keys")
    check_policy.add_argument("--language", choices=("fr", "en"), default="fr", help="of what is said; fr if left out")
    check_policy.set_defaults(command=_check_policy)

    audit = commands.add_parser("audit", help="the event log").add_subparsers(required=True, metavar="WHAT")
    verify = audit.add_parser("verify", help="find any changed, missing or reordered entry")
    verify.set_defaults(command=_verify_audit)

    return top


def _address(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1", help="address to listen on")
    command.add_argument("--port", type=_port, default=8000, help="port to listen on, 8000 if left out")


def _port(text: str) -> int:
    """1 to 65535; anything else is refused by the parser with these words."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 1 to 65535")
    return int(text)


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes: give one from 1 to 64")
    return int(text)


def _demo(options: argparse.Namespace) -> int:
    from api.demo.serve import serve_demo

    return serve_demo(options.folder, host=options.host, port=options.port)


def _serve(options: argparse.Namespace) -> int:
    from api.server import serve

    return serve(host=options.host, port=options.port, workers=options.workers)


def _convert(options: argparse.Namespace) -> int:
    from api.files import convert

    convert(options.source, options.target, title=options.title, language=options.language)
    return DONE


def _redline(options: argparse.Namespace) -> int:
    from api.files import redline

    redline(options.old, options.new, options.output, language=options.language)
    return DONE


def _export(options: argparse.Namespace) -> int:
    from api.operation import export_version

    export_version(options.guideline, options.version, options.output)
    return DONE


def _migrate(_: argparse.Namespace) -> int:
    from api.operation import migrate_database

    print(migrate_database())
    return DONE


def _first_admin(_: argparse.Namespace) -> int:
    from api.operation import first_admin_link

    print(first_admin_link())
    return DONE


def _invite(options: argparse.Namespace) -> int:
    from api.operation import invitation_link

    print(invitation_link(options.email))
    return DONE


def _import_people(options: argparse.Namespace) -> int:
    from api.operation import import_people_file

    done = import_people_file(options.file)
    print(f"{done.added} people added, {done.changed} changed, {done.unchanged} unchanged")
    return DONE


def _add_team(options: argparse.Namespace) -> int:
    from api.operation import add_team

    print(add_team(options.id, options.name_fr, options.name_en))
    return DONE


def _erase_person(options: argparse.Namespace) -> int:
    from api.evidence_commands import erase_person

    print(erase_person(options.email))
    return DONE


def _new_key(_: argparse.Namespace) -> int:
    from api.evidence_commands import make_key

    print(make_key())
    return DONE


def _list_keys(_: argparse.Namespace) -> int:
    from api.evidence_commands import list_keys

    print("\n".join(list_keys()))
    return DONE


def _evidence(options: argparse.Namespace) -> int:
    from api.evidence_commands import seal_former, stamp, write_evidence

    if options.output is not None:
        write_evidence(options.version, options.output)
    elif options.version == "seal":
        print(seal_former())
    elif options.version == "stamp":
        done, said = stamp()
        print(said)
        return DONE if done else NO
    else:
        raise BadInput(f"{options.version}: where to? Name the file to write with -o.")
    return DONE


def _verify_bundle(options: argparse.Namespace) -> int:
    from api.evidence_commands import verify_bundle

    return verify_bundle(options.bundle, trusted=options.key, authority=options.tsa)


def _doctor(_: argparse.Namespace) -> int:
    from api.doctor import examine

    return DONE if examine() else NO


def _run_jobs(options: argparse.Namespace) -> int:
    from api.job_command import run_jobs

    print(run_jobs(once=options.once))
    return DONE


def _failed_jobs(_: argparse.Namespace) -> int:
    from api.job_command import failed_jobs

    lines = failed_jobs()
    print("\n".join(lines) if lines else "none")
    return NO if lines else DONE


def _retry_jobs(_: argparse.Namespace) -> int:
    from api.job_command import retry_jobs

    print(f"{retry_jobs()} jobs are tried again")
    return DONE


def _check_policy(options: argparse.Namespace) -> int:
    from api.policy_check import check_policy_file

    return DONE if check_policy_file(options.file, language=options.language) else NO


def _verify_audit(_: argparse.Namespace) -> int:
    from api.operation import verify_audit

    return DONE if verify_audit() else NO


def _sentence(error: Exception) -> str | None:
    """The one line for an error of the house or of the file system; None for a fault of ours."""
    from sqlalchemy.exc import SQLAlchemyError

    from api.config import BadConfiguration
    from api.operation import reason_of
    from api.refusals import HOUSE, refusal

    if isinstance(error, HOUSE):
        answer = refusal(error, "en")
        return f"{answer.title}. {answer.detail} [{answer.code}]"
    if isinstance(error, BadConfiguration):
        return str(error)
    if isinstance(error, SQLAlchemyError):
        return f"CHARTE_DATABASE_URL: {reason_of(error)}. Run: charte doctor"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}. Check the path and your right to it."
    return None


if __name__ == "__main__":
    sys.exit(main())
