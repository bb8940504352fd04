"""Waiting for what another process does."""

from collections.abc import Callable
from time import monotonic, sleep

_POLL_S = 0.02
_PATIENCE_S = 20


def wait_until(is_so: Callable[[], bool]) -> None:
    """Returns as soon as it is so. Raises: AssertionError when it never is."""
    deadline = monotonic() + _PATIENCE_S
    while not is_so():
        assert monotonic() < deadline, "it did not happen"
        sleep(_POLL_S)  # it is another process: there is nothing else to wait on
