"""Which of the databases a service uses. It loads no more than that one: commands beside the service start fast."""

from sync.database import Database
from sync.settings import Settings


def open_database(settings: Settings) -> Database:
    """The accounts database that the settings name. Raises: DatabaseAway."""
    if settings.turso_url is not None:
        from sync.database.hrana import HranaDatabase

        return HranaDatabase(settings.turso_url, settings.turso_token)
    from sync.database.sqlite import SqliteDatabase

    return SqliteDatabase(settings.accounts_file)
