"""Whether answers of the API are what its `/openapi.json` promises. The clients of these tests check every answer."""

import re
from typing import Any

import httpx2
import jsonschema_rs

PROBLEM = "application/problem+json"

_NOT_ROUTED = {404: "not_found", 405: "method_not_allowed"}


class Contract:
    """A document of OpenAPI, to compare answers with."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._paths = [(_pattern(template), operations) for template, operations in document["paths"].items()]

    async def check(self, response: httpx2.Response) -> None:
        """For an event hook of a client. Raises: AssertionError."""
        await response.aread()
        self.check_read(response)

    def check_read(self, response: httpx2.Response) -> None:
        """Raises: AssertionError."""
        request = response.request
        what = f"{request.method} {request.url.path}: {response.status_code} {response.text[:300]}"
        media_type = response.headers.get("content-type", "").split(";")[0]
        if request.method == "HEAD":
            assert response.content == b"", what
            return
        code = None
        if response.status_code >= 400:
            assert media_type == PROBLEM, what
            code = _checked_problem(response, what)
        operation = self._operation(request.method.lower(), request.url.path)
        if operation is None:
            if not (request.url.path == "/openapi.json" and response.status_code == 200):
                assert _NOT_ROUTED.get(response.status_code) == code or code == "slow_down", what
            return
        declared = operation["responses"].get(str(response.status_code))
        assert declared is not None, f"undeclared status: {what}"
        if code is not None:
            assert code in declared["description"].split(), f"undeclared code: {what}"
        content = declared.get("content", {})
        if not content:
            assert response.content == b"", what
            return
        assert media_type in content, f"undeclared media type {media_type}: {what}"
        if media_type.endswith("json"):
            self._validate(content[media_type]["schema"], response.json(), what)

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        for pattern, operations in self._paths:
            if pattern.fullmatch(path) and method in operations:
                return operations[method]
        return None

    def _validate(self, schema: dict[str, Any], body: Any, what: str) -> None:
        whole = {**schema, "components": self.document["components"]}
        try:
            jsonschema_rs.validate(whole, body)
        except jsonschema_rs.ValidationError as error:
            raise AssertionError(f"{error.message} at {list(error.instance_path)} in {what}") from error


def _checked_problem(response: httpx2.Response, what: str) -> str:
    problem = response.json()
    assert problem["status"] == response.status_code, what
    assert problem["request_id"] == response.headers["x-request-id"], what
    waits = problem.get("retry_after_s")
    assert response.headers.get("retry-after") == (None if waits is None else str(waits)), what
    return problem["code"]


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[a-z_]+\\}", "[^/]+", re.escape(template)))
