"""What a route takes and gives, declared once beside it, so that `/openapi.json` tells the truth."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from msgspec.json import schema_components
from starlette.responses import Response

from sync import wire
from sync.edge.problems import KINDS, MEDIA_TYPE
from sync.wire import Problem

EVERYWHERE = ("bad_request", "slow_down", "internal", "unavailable")
WITH_BODY = ("too_many", "unsupported_encoding")
SIGNED_IN = ("sign_in", "account_gone")
ACTIVE = (*SIGNED_IN, "deletion_pending")

_REF = "#/components/schemas/{name}"


def operation(
    *,
    answer: type | None = None,
    status: int = 200,
    body: type | None = None,
    media_type: str = "application/json",
    problems: Iterable[str] = (),
    path: Iterable[str] = (),
    bearer: bool = False,
) -> dict[str, Any]:
    """Arguments for FastAPI's route decorators. `answer` and `body` are shapes of `sync.wire`; `path` names
    the parameters in the route's path."""
    responses: dict[int | str, dict[str, Any]] = {status: {"description": "Done"}}
    if answer is not None:
        responses[status]["content"] = {media_type: {"schema": _reference(answer)}}
    elif status != 204:
        responses[status]["content"] = {media_type: {"schema": {"type": "string"}}}
    for code in dict.fromkeys((*EVERYWHERE, *problems, *(WITH_BODY if body is not None else ()))):
        known = responses.setdefault(
            KINDS[code].status, {"description": "", "content": {MEDIA_TYPE: {"schema": _reference(Problem)}}}
        )
        known["description"] = f"{known['description']} {code}".strip()
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in path]
    extra: dict[str, Any] = {"parameters": parameters} if parameters else {}
    if body is not None:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": _reference(body)}}}
    if bearer:
        extra["security"] = [{"bearer": []}]
    extra["x-shapes"] = [shape.__name__ for shape in (answer, body) if shape is not None]
    return {"status_code": status, "responses": responses, "openapi_extra": extra, "response_model": None}


class DirectRoute(APIRoute):
    """A route whose endpoint takes the request and gives a response, and nothing else: FastAPI describes it, and has no
    parameters to solve for it, which would cost more than a small request."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self.endpoint


def router(prefix: str, tag: str) -> APIRouter:
    """For one noun of the API."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=DirectRoute)


def describe(app: FastAPI) -> None:
    """Make the application's OpenAPI document from its routes and the shapes that they name."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            names = {Problem.__name__}
            for operations in document["paths"].values():
                for each in operations.values():
                    names.update(each.pop("x-shapes", ()))
                    each["responses"].pop("422", None)
            _, components = schema_components([getattr(wire, name) for name in sorted(names)], ref_template=_REF)
            bearer = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
            document["components"] = {"schemas": components, "securitySchemes": bearer}
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # FastAPI's own way to replace it


def _reference(shape: type) -> dict[str, str]:
    return {"$ref": _REF.format(name=shape.__name__)}
