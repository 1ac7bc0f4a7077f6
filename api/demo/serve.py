"""Serves the demo from a folder: its database is made and its history told once, then found again at every start."""

import os
import tempfile
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from alembic.util.exc import CommandError
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, select

from api import clock
from api.app import create_app
from api.config import Config, local_address, public_address
from api.database import make_engine, transaction
from api.demo import company
from api.demo.story import tell
from api.errors import BadInput
from api.front import with_page_cache
from api.lock import alone
from api.migrate import migrate
from api.page_cache import PageCache
from api.server import free_address, run
from guidelines.tables import Guideline

DATABASE = "charte.db"


def serve_demo(folder: Path | None, *, host: str, port: int) -> int:
    """Serves until interrupted. Without a folder everything is gone afterwards."""
    address = free_address(host, port)
    with nullcontext(folder) if folder else tempfile.TemporaryDirectory(prefix="charte-demo-") as place:
        config = configuration(make_folder(Path(place)) / DATABASE, host, port)
        with alone(config.database_url, "demo"):
            prepare(Path(place))
            print(announcement(config.public_url, folder), flush=True)
            run(partial(application, config), host=address, port=port)
    return 0


def prepare(folder: Path) -> Path:
    """The folder's database, made or brought to this release, with the history in it; raises `BadInput`."""
    database = make_folder(folder) / DATABASE
    engine = make_engine(f"sqlite:///{database}")
    try:
        with engine.connect() as connection:
            if (found := connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()) != "ok":
                raise BadInput(f"{database}: is damaged ({found}). {_ANEW}")
        migrate(engine)
        with transaction(engine) as session:
            if not is_told(session):
                tell(session, clock.now())
    except CommandError:
        raise BadInput(f"{database}: another release of Charte made it. {_ANEW}") from None
    except DatabaseError as error:
        raise BadInput(f"{database}: cannot be used ({str(error.orig).splitlines()[0]}). {_ANEW}") from None
    finally:
        engine.dispose()
    return database


def make_folder(folder: Path) -> Path:
    """The folder, made if need be; raises `BadInput` when nothing can be written there."""
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"--folder {folder}: is not a folder. Give a folder in which you may write.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"--folder {folder}: {error.strerror}. Give a folder in which you may write.") from None
    if not os.access(folder, os.W_OK):
        raise BadInput(f"--folder {folder}: cannot be written. Give a folder in which you may write.")
    return folder


def is_told(session: Session) -> bool:
    """Whether the history is there: it is written in one transaction, so a part of it cannot be."""
    return session.exec(select(Guideline.id).limit(1)).first() is not None


def configuration(database: Path, host: str, port: int) -> Config:
    """The demo's settings; only CHARTE_PUBLIC_URL is taken from the environment."""
    configured = os.environ.get("CHARTE_PUBLIC_URL")
    url = public_address(configured) if configured else local_address(host, port)
    return Config(
        database_url=f"sqlite:///{database.resolve()}",
        public_url=url,
        organisation=company.ORGANISATION,
        secure_cookies=url.startswith("https:"),
        demo=True,
    )


def application(config: Config) -> PageCache:
    """The application as the demo's server process runs it: its sign-in page names the accounts."""
    app = create_app(config, works=True)
    app.state.services.extras["demo"] = {language: sign_in_help(language) for language in ("fr", "en")}
    return with_page_cache(app)


def sign_in_help(language: str) -> dict[str, Any]:
    """What the sign-in page shows of the accounts."""
    return {"demo_accounts": company.accounts(language), "demo_password": company.PASSWORD}


def announcement(url: str, folder: Path | None) -> str:
    """What the terminal says: where to go, as whom, and what this is."""
    accounts = company.accounts("en")
    width = max(len(account["email"]) for account in accounts)
    name_width = max(len(account["name"]) for account in accounts)
    lines = [
        f"  {account['email']:<{width}}  {account['name']:<{name_width}}  {account['what']}" for account in accounts
    ]
    kept = f"Kept in {folder}; remove the folder to begin anew." if folder else "Gone when you stop it."
    return "\n".join(
        [
            f"\nCharte, demo: {url}\n",
            *lines,
            f"\n  Password of all accounts, in this demo only:  {company.PASSWORD}",
            f"  {kept} Stop with Ctrl-C.\n",
        ]
    )


_ANEW = "Remove the folder to begin anew, or name another with --folder."
