"""The account of a learner: devices, export, deletion."""

from collections.abc import Callable
from typing import IO

import structlog
from msgspec.structs import replace

from sync.accounts.deletions import Deletion, DeletionLog
from sync.accounts.export import write_export
from sync.accounts.repository import AccountRepository, DeviceRow
from sync.auth.repository import SessionRow
from sync.auth.service import GRACE_MS, me
from sync.edge.problems import ServiceError
from sync.wire import Device, Devices, Me

_log = structlog.get_logger("sync.accounts")


class AccountService:
    """`now_ms` gives milliseconds since 1970."""

    def __init__(self, repository: AccountRepository, deletions: DeletionLog, now_ms: Callable[[], int]) -> None:
        self._repository = repository
        self._deletions = deletions
        self._now_ms = now_ms

    async def devices(self, caller: SessionRow) -> Devices:
        found = await self._repository.devices(caller.user, self._now_ms())
        return Devices([_device(row, caller) for row in found])

    async def rename_device(self, caller: SessionRow, session: str, name: str) -> Device:
        """Raises: ServiceError not_found."""
        row = await self._repository.rename_device(caller.user, session, name, self._now_ms())
        if row is None:
            raise ServiceError("not_found")
        return _device(row, caller)

    async def end_device(self, caller: SessionRow, session: str) -> None:
        """Sign a device out. Raises: ServiceError not_found."""
        if not await self._repository.end_device(caller.user, session, self._now_ms()):
            raise ServiceError("not_found")

    async def export(self, caller: SessionRow) -> IO[bytes]:
        """A zip with everything; the caller closes it. Raises: ServiceError unavailable where it has no room."""
        devices = await self._repository.devices(caller.user, self._now_ms())
        try:
            return await write_export(self._repository, me(caller), devices)
        except OSError as error:
            _log.warning("no room for an export", reason=str(error))
            raise ServiceError("unavailable", retry_after_s=300) from error

    async def delete(self, caller: SessionRow) -> Me:
        """Delete the account after its days of grace. Asked again, the first request counts."""
        asked_at = self._now_ms() if caller.deleted_at is None else caller.deleted_at
        await self._deletions.add(Deletion(caller.user, "asked", asked_at))
        deleted_at = await self._repository.set_deleted(caller.user, asked_at)
        return me(replace(caller, deleted_at=deleted_at))

    async def restore(self, caller: SessionRow) -> Me:
        """Take the deletion back. Listed first, as a deletion is: else a restored database would delete it again."""
        await self._deletions.add(Deletion(caller.user, "taken_back", self._now_ms()))
        await self._repository.set_deleted(caller.user, None)
        return me(replace(caller, deleted_at=None))

    async def erase_due(self) -> int:
        """Remove the data of accounts whose days of grace are over. Returns how many."""
        erased = 0
        while due := await self._repository.deleted_before(self._now_ms() - GRACE_MS):
            for user, deleted_at in due:
                await self._deletions.add(Deletion(user, "erased", deleted_at))
                await self._repository.erase(user, deleted_at)
                _log.info("account erased", user=user)
                erased += 1
        return erased


def _device(row: DeviceRow, caller: SessionRow) -> Device:
    return Device(row.id, row.name, row.platform, row.created_at, row.used_at, row.id == caller.id)
