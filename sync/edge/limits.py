"""Rate limits, counted in this process in fixed windows: behind several processes each has counts of its own."""

import ipaddress
from math import ceil
from time import monotonic

from msgspec import Struct

from sync.edge.problems import ServiceError
from sync.settings import Rate

_MANY_WINDOWS = 100_000
"""From so many on, those that are over are forgotten first."""


class _Window(Struct):
    ends_at: float
    taken: int


class RateLimits:
    """Counts what accounts and addresses ask for. The libraries for this keep their counts elsewhere, or start a thread
    for each to forget it again, which costs more than the request."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], _Window] = {}
        self._many = _MANY_WINDOWS

    def take(self, rate: Rate, what: str, who: str, cost: int = 1) -> None:
        """Raises: ServiceError slow_down when `who` has used up its rate of `what`."""
        now = monotonic()
        window = self._windows.get((what, who))
        if window is None or window.ends_at <= now:
            if len(self._windows) >= self._many:
                self._windows = {key: kept for key, kept in self._windows.items() if kept.ends_at > now}
                self._many = max(_MANY_WINDOWS, 2 * len(self._windows))
            window = self._windows[what, who] = _Window(now + rate.window_s, 0)
        if window.taken + cost > rate.amount and cost:
            raise ServiceError("slow_down", f"At most {rate.amount} {what}.", retry_after_s=ceil(window.ends_at - now))
        window.taken += cost


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 address, in which one customer can roam."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return address
