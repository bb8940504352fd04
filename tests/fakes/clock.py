"""A clock that stands still until a test moves it."""


class ManualClock:
    """Milliseconds since 1970 (or since anything). Call it to read it."""

    def __init__(self, now_ms: int = 1_790_000_000_000) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def advance(self, ms: int) -> None:
        """Let time pass; a negative number is somebody setting the clock back."""
        self.now_ms += ms
