"""The clock of the service."""

import time


def clock_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000
