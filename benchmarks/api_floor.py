"""The floor of the API: Starlette and msgspec under uvicorn, which decodes a batch of events and answers it from
memory. Nothing is kept. ``python -m benchmarks.api_floor PORT``."""

import sys

import uvicorn
from msgspec import json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.wire import Run, SyncAnswer, SyncRequest, unpack


class _Numbers:
    def __init__(self) -> None:
        self.head = 0

    async def exchange(self, request: Request) -> Response:
        body = json.decode(await request.body(), type=SyncRequest)
        events = unpack(body, body.n, body.at)
        first, self.head = self.head + 1, self.head + len(events)
        answer = SyncAnswer(p=1, stream="floor", head=self.head, t=0, acks=[Run(0, len(events), first)])
        return Response(json.encode(answer), media_type="application/json")


async def _healthy(request: Request) -> Response:
    return Response()


if __name__ == "__main__":
    routes = [Route("/v1/sync", _Numbers().exchange, methods=["POST"]), Route("/healthz", _healthy)]
    app = Starlette(routes=routes)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
