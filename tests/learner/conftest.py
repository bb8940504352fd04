"""A learner's file with some answers, and packs to back up beside it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def learner(tmp_path: Path) -> Path:
    return tmp_path / "guest" / "learner.db"


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    return tmp_path / "packs"
