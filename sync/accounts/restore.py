"""What has to be done once after a backup of the database was put back: see "Restore" in the operations guide."""

from pathlib import Path

from msgspec import Struct

from sync.accounts.deletions import last_states
from sync.accounts.repository import AccountRepository
from sync.edge.clock import clock_ms


class RestoreReport(Struct, frozen=True):
    erased: int
    marked: int
    streams: int


async def after_restore(accounts: AccountRepository, deletions: Path) -> RestoreReport:
    """Forget again who was deleted after the backup, then give every account a new stream.

    Raises: DeletionsDamaged, OSError, DatabaseError.
    """
    erased = marked = 0
    states = last_states(deletions) if deletions.exists() else {}
    for deletion in states.values():
        if deletion.state == "taken_back":
            await accounts.set_deleted(deletion.user, None)
            continue
        if await accounts.set_deleted(deletion.user, deletion.at) is None:
            continue  # the backup knows nothing of it, or nothing is left
        if deletion.state == "erased":
            await accounts.erase(deletion.user, deletion.at)
            erased += 1
        else:
            marked += 1
    return RestoreReport(erased, marked, await accounts.new_streams(clock_ms()))
