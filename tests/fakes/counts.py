"""How often random tests run: few times by default, the full count under ``PINGTOPASS_SOAK=1``."""

import os

IS_SOAK = os.environ.get("PINGTOPASS_SOAK") == "1"


def runs(default: int, soak: int) -> int:
    """The count of this run."""
    return soak if IS_SOAK else default
