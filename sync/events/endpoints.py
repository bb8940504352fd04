"""`/v1/sync`: the exchange of learner events."""

import gzip
import re

import zstandard
from fastapi import APIRouter, Request
from msgspec import json
from starlette.responses import Response

from sync.auth.caller import Callers
from sync.edge import contract
from sync.edge.bodies import read_body
from sync.edge.contract import ACTIVE, operation
from sync.events.service import SyncService
from sync.wire import MAX_BODY_BYTES, SyncAnswer, SyncRequest

_COMPRESS_FROM_BYTES = 300
_NEVER = re.compile(r"q=0(\.0*)?")

_PROBLEMS = (*ACTIVE, "stream_changed", "upgrade_required", "over_quota")


def router(events: SyncService, callers: Callers) -> APIRouter:
    """The route, on its service."""
    routes = contract.router("", "sync")

    @routes.post("/v1/sync", **operation(body=SyncRequest, answer=SyncAnswer, problems=_PROBLEMS, bearer=True))
    async def exchange(request: Request) -> Response:
        """Send events, get those of other devices. The body may be compressed with gzip or zstd."""
        caller = callers.by_token(request)
        body = await read_body(request, SyncRequest, MAX_BODY_BYTES)
        return _compressed(json.encode(await events.exchange(caller, body)), request.headers.get("accept-encoding", ""))

    return routes


def _compressed(body: bytes, accepted: str) -> Response:
    headers = {"Vary": "Accept-Encoding"}
    if len(body) >= _COMPRESS_FROM_BYTES:
        parts = (part.partition(";") for part in accepted.lower().split(","))
        encodings = {encoding.strip() for encoding, _, weight in parts if not _NEVER.fullmatch(weight.strip())}
        if "zstd" in encodings:
            body, headers["Content-Encoding"] = zstandard.compress(body, 3), "zstd"
        elif "gzip" in encodings:
            body, headers["Content-Encoding"] = gzip.compress(body, 6, mtime=0), "gzip"
    return Response(body, headers=headers, media_type="application/json")
