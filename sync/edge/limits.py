"""Rate limits, counted in this process: behind several processes an account gets its rate from each."""

import ipaddress
from time import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from sync.edge.problems import ServiceError


class RateLimits:
    """Counts what accounts and addresses ask for."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._parsed: dict[str, RateLimitItem] = {}

    def take(self, rate: str, *key: str, cost: int = 1) -> None:
        """Raises: ServiceError slow_down when `key` has used up `rate` ("120/minute")."""
        item = self._parsed.get(rate)
        if item is None:
            item = self._parsed[rate] = parse(rate)
        if cost and not self._limiter.hit(item, *key, cost=cost):
            reset_at = self._limiter.get_window_stats(item, *key).reset_time
            wait_s = max(1, min(3600, round(reset_at - time())))
            raise ServiceError("slow_down", f"At most {rate.replace('/', ' in a ')}.", retry_after_s=wait_s)


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 address, in which one customer can roam."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
