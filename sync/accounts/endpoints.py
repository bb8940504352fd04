"""`/v1/me…`: what learners may see and do with their account."""

from collections.abc import Iterator
from typing import IO

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from sync.accounts.service import AccountService
from sync.auth.caller import Callers
from sync.auth.service import me
from sync.edge import contract
from sync.edge.answers import answer
from sync.edge.bodies import read_body
from sync.edge.contract import ACTIVE, SIGNED_IN, operation
from sync.edge.limits import RateLimits
from sync.settings import Rate
from sync.wire import Device, DeviceName, Devices, Me

_CHUNK_BYTES = 1 << 16


def router(accounts: AccountService, callers: Callers, rates: RateLimits, export_rate: Rate) -> APIRouter:
    """The routes, on their service."""
    routes = contract.router("/v1/me", "me")

    @routes.get("", **operation(answer=Me, problems=SIGNED_IN, bearer=True))
    async def read_me(request: Request) -> Response:
        """The account, also while it is about to be deleted."""
        return answer(me(await callers.known(request)))

    @routes.delete("", **operation(answer=Me, problems=SIGNED_IN, bearer=True))
    async def delete_me(request: Request) -> Response:
        """Delete the account in 14 days. Until then it does nothing but be exported or restored."""
        return answer(await accounts.delete(await callers.known(request)))

    @routes.post("/restore", **operation(answer=Me, problems=SIGNED_IN, bearer=True))
    async def restore_me(request: Request) -> Response:
        """Take the deletion back."""
        return answer(await accounts.restore(await callers.known(request)))

    @routes.get("/export", **operation(media_type="application/zip", problems=SIGNED_IN, bearer=True))
    async def export_me(request: Request) -> Response:
        """Everything that the service holds about the account, as a zip."""
        caller = await callers.known(request)
        rates.take(export_rate, "exports", caller.user)
        target = await accounts.export(caller)
        headers = {"Content-Disposition": 'attachment; filename="pingtopass-my-data.zip"'}
        return StreamingResponse(_chunks(target), headers=headers, media_type="application/zip")

    @routes.get("/devices", **operation(answer=Devices, problems=SIGNED_IN, bearer=True))
    async def read_devices(request: Request) -> Response:
        """Where the account is signed in."""
        return answer(await accounts.devices(await callers.known(request)))

    @routes.patch(
        "/devices/{session}",
        **operation(body=DeviceName, answer=Device, problems=_RENAME, bearer=True, path=["session"]),
    )
    async def rename_device(request: Request) -> Response:
        """Give a device another name."""
        caller = await callers.active(request)
        name = (await read_body(request, DeviceName)).name
        return answer(await accounts.rename_device(caller, request.path_params["session"], name))

    @routes.delete("/devices/{session}", **operation(status=204, problems=_END, bearer=True, path=["session"]))
    async def end_device(request: Request) -> Response:
        """Sign a device out."""
        await accounts.end_device(await callers.known(request), request.path_params["session"])
        return Response(status_code=204)

    return routes


_RENAME, _END = (*ACTIVE, "not_found"), (*SIGNED_IN, "not_found")


def _chunks(target: IO[bytes]) -> Iterator[bytes]:
    with target:
        while chunk := target.read(_CHUNK_BYTES):
            yield chunk
