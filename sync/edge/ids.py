"""Ids that the API gives."""

import os

from pingtopass_desktop.domain.ids import random_bits, uuid7


def new_id(now_ms: int) -> str:
    """A new UUIDv7."""
    return uuid7(now_ms, *random_bits(os.urandom(10)))
