"""Reading the body of a request: decoded, inflated and never more than its limit in memory."""

import zlib
from typing import Protocol, TypeVar

import zstandard
from msgspec import DecodeError, ValidationError, json
from starlette.requests import ClientDisconnect, Request

from sync.edge.problems import ServiceError

MAX_SMALL_BODY_BYTES = 16_384

_OVERHEAD_BYTES = 4_096
"""What compression may add to a body of noise. Beyond that it is refused, also while nothing comes out of it."""

_T = TypeVar("_T")


class _Inflater(Protocol):
    def take(self, data: bytes, room: int) -> bytes:
        """What `data` adds to the body, a little more than `room` at most. Raises: EOFError beyond the end."""
        ...

    @property
    def is_at_end(self) -> bool: ...


async def read_body(request: Request, shape: type[_T], limit: int = MAX_SMALL_BODY_BYTES) -> _T:
    """Raises: ServiceError bad_request, too_many, unsupported_encoding."""
    return decode(await read_bytes(request, limit), shape)


def decode(body: bytes, shape: type[_T]) -> _T:
    """Raises: ServiceError bad_request."""
    try:
        return json.decode(body, type=shape)
    except ValidationError as error:
        raise ServiceError("bad_request", str(error)) from error
    except (DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ServiceError("bad_request", "The body is no JSON.") from error


async def read_bytes(request: Request, limit: int) -> bytes:
    """The body, inflated. Raises: ServiceError too_many beyond `limit` bytes, bad_request, unsupported_encoding."""
    inflater = _inflater(request.headers.get("content-encoding", "identity").strip().lower())
    body = bytearray()
    received = 0
    try:
        async for chunk in request.stream():
            if not chunk:
                continue
            received += len(chunk)
            body += inflater.take(chunk, limit - len(body)) if inflater is not None else chunk
            if len(body) > limit or received > limit + _OVERHEAD_BYTES:
                raise ServiceError("too_many", f"A body here has at most {limit} bytes.")
    except ClientDisconnect as error:
        raise ServiceError("bad_request", "The request ended within its body.") from error
    except (zlib.error, zstandard.ZstdError, EOFError) as error:
        raise ServiceError("bad_request", "The body cannot be inflated.") from error
    if inflater is not None and not inflater.is_at_end:
        raise ServiceError("bad_request", "The compressed body is cut off.")
    return bytes(body)


class _Gzip:
    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    def take(self, data: bytes, room: int) -> bytes:
        if self._inflater.eof:
            raise EOFError
        found = self._inflater.decompress(data, room + 1)
        if self._inflater.unused_data:
            raise EOFError
        return found

    @property
    def is_at_end(self) -> bool:
        return self._inflater.eof


class _Zstd:
    """The window is bounded too: a frame may ask for any amount of memory."""

    def __init__(self) -> None:
        self._inflater = zstandard.ZstdDecompressor(max_window_size=1 << 23).decompressobj()

    def take(self, data: bytes, room: int) -> bytes:
        found = bytearray()
        for start in range(0, len(data), 512):  # it has no limit of its own; 512 bytes give at most some megabytes
            if self._inflater.eof:
                raise EOFError
            found += self._inflater.decompress(data[start : start + 512])
            if len(found) > room:
                break
        if self._inflater.unused_data:
            raise EOFError
        return bytes(found)

    @property
    def is_at_end(self) -> bool:
        return self._inflater.eof


def _inflater(encoding: str) -> _Inflater | None:
    if encoding in ("identity", ""):
        return None
    if encoding == "gzip":
        return _Gzip()
    if encoding == "zstd":
        return _Zstd()
    raise ServiceError("unsupported_encoding", "A body is sent as it is, or with gzip or zstd.")
