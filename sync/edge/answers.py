"""Answers in JSON."""

from typing import Any

from msgspec import json
from starlette.responses import Response


def answer(shape: Any) -> Response:
    """A message of `sync.wire` as the body of a 200."""
    return Response(json.encode(shape), media_type="application/json")
