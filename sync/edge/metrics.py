"""What Prometheus may ask: requests by route template and status, how long they took, events that came in."""

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counters of one process."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "pingtopass_requests_total", "Requests answered", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "pingtopass_request_seconds",
            "Time to answer",
            ["method", "route"],
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._events = Counter(
            "pingtopass_events_total", "Learner events received, by outcome", ["outcome"], registry=self._registry
        )
        self._sign_ins = Counter(
            "pingtopass_sign_ins_total", "Sign-ins, by outcome", ["outcome"], registry=self._registry
        )

    def request_done(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def events_received(self, stored: int, refused: int) -> None:
        if stored:
            self._events.labels("stored").inc(stored)
        if refused:
            self._events.labels("refused").inc(refused)

    def sign_in(self, outcome: str) -> None:
        """`outcome` is "ok" or the code of the problem."""
        self._sign_ins.labels(outcome).inc()

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)
