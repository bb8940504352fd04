"""How the learner stops what the network lane does."""

from typing import Protocol


class Cancel(Protocol):
    """Asked now and then whether to stop. `threading.Event` is one."""

    def is_set(self) -> bool: ...
