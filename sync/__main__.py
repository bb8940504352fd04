"""The command `pingtopass-sync`: serves the API, and what operators do beside it."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from sync.database import Database, DatabaseError
from sync.settings import Settings, SettingsError

if TYPE_CHECKING:
    from sync.accounts.repository import AccountRepository

_GRACEFUL_S = 10

_SCHEMA = "accounts"


class CommandFailed(Exception):
    """What was asked for cannot be done. The message says why and what to do."""


def main() -> int:
    """Exits 0 on success, 2 with a line on stderr where the settings or the request cannot be used."""
    from sync.database.migrations import SchemaMismatch

    arguments = _parser().parse_args()
    os.umask(0o077)  # what learners did is nobody's to read
    try:
        settings = Settings.from_environment(os.environ)
        return arguments.run(settings, arguments)
    except (SettingsError, SchemaMismatch, CommandFailed) as error:
        print(f"pingtopass-sync: {error}", file=sys.stderr)
    except DatabaseError as error:
        print(f"pingtopass-sync: the database cannot be used: {error}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pingtopass-sync", description="The companion API of PingToPass. Without a command it serves.",
    )  # fmt: skip
    parser.set_defaults(run=_serve)
    commands = parser.add_subparsers(metavar="COMMAND")
    commands.add_parser("serve", help="serve the API").set_defaults(run=_serve)
    commands.add_parser("migrate", help="create or upgrade the schema of the database").set_defaults(run=_migrate)
    grant = commands.add_parser("grant-admin", help="make an account an administrator's")
    grant.add_argument("email")
    grant.add_argument("--revoke", action="store_true", help="make it a learner's again")
    grant.set_defaults(run=_grant_admin)
    restored = commands.add_parser("after-restore", help="run once after a backup was put back, before serving")
    restored.set_defaults(run=_after_restore)
    return parser


def _serve(settings: Settings, arguments: argparse.Namespace) -> int:
    import uvicorn

    from sync.app import create
    from sync.database.opening import open_database
    from sync.ops.log import start_logging

    start_logging(settings.is_development)
    _with_repository(settings, _nothing)  # the schema fits, or a message says what to do
    config = uvicorn.Config(
        create(settings, open_database(settings)),
        host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False, ws="none",
        timeout_graceful_shutdown=_GRACEFUL_S, proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None, h11_max_incomplete_event_size=65_536,
    )  # fmt: skip
    uvicorn.Server(config).run()
    return 0


def _migrate(settings: Settings, arguments: argparse.Namespace) -> int:
    from sync.database.migrations import migrate, newest
    from sync.database.opening import open_database

    async def run() -> list[int]:
        database = open_database(settings)
        try:
            return await migrate(database, _SCHEMA)
        finally:
            await database.close()

    done = asyncio.run(run())
    print(f"Schema {newest(_SCHEMA)}: " + (f"applied {', '.join(map(str, done))}." if done else "nothing to do."))
    return 0


def _grant_admin(settings: Settings, arguments: argparse.Namespace) -> int:
    role = "user" if arguments.revoke else "admin"

    async def run(accounts: "AccountRepository") -> None:
        found = await accounts.find_by_email(arguments.email)
        if not found:
            raise CommandFailed("No account has this e-mail. Let its owner sign in once, then grant again.")
        if len(found) > 1:
            raise CommandFailed(f"{len(found)} accounts have this e-mail; nothing was changed.")
        await accounts.set_role(found[0][0], role)

    _with_repository(settings, run)
    print(f"The account is now {'an administrator' if role == 'admin' else 'a learner'}'s.")
    return 0


def _after_restore(settings: Settings, arguments: argparse.Namespace) -> int:
    from sync.accounts.deletions import DeletionsDamaged
    from sync.accounts.restore import after_restore

    async def run(accounts: "AccountRepository") -> None:
        report = await after_restore(accounts, settings.deletions_file)
        print(
            f"{report.erased} deleted accounts erased again, {report.marked} deletions marked again, "
            f"{report.streams} new streams. Every device sends again what it holds."
        )

    try:
        _with_repository(settings, run)
    except (DeletionsDamaged, OSError) as error:
        raise CommandFailed(f"the list of deletions cannot be read: {error}") from error
    return 0


async def _nothing(accounts: "AccountRepository") -> None:
    return None


def _with_repository(settings: Settings, work: "Callable[[AccountRepository], Awaitable[None]]") -> None:
    """Raises: SchemaMismatch, DatabaseError."""
    from sync.accounts.repository import AccountRepository
    from sync.database.migrations import check
    from sync.database.opening import open_database

    async def run() -> None:
        database: Database = open_database(settings)
        try:
            await check(database, _SCHEMA)
            await work(AccountRepository(database))
        finally:
            await database.close()

    asyncio.run(run())


if __name__ == "__main__":
    sys.exit(main())
