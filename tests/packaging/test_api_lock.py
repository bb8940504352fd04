"""The packages that the companion API is installed with."""

import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(sys.platform != "linux", reason="the API is installed on Linux, and needs other packages elsewhere")
@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the container has Python 3.11")
def test_the_lock_of_the_api_is_the_part_of_the_whole_lock_that_it_needs() -> None:
    script = runpy.run_path(str(ROOT / "packaging" / "api_requirements.py"))
    assert script["TARGET"].read_text("utf-8") == script["text"](), "run packaging/api_requirements.py"


def test_the_lock_of_the_api_has_hashes_and_no_window() -> None:
    entries = (ROOT / "packaging" / "requirements-api.lock").read_text("utf-8").split("\n")
    packages = [line.split("==")[0] for line in entries if line and not line.startswith(" ")]
    assert {"fastapi", "uvicorn", "uvloop", "msgspec", "pyjwt", "cryptography"} <= set(packages)
    assert not {"pyside6-essentials", "numpy", "pytest", "schemathesis"} & set(packages)
    assert sum("--hash=sha256:" in line for line in entries) >= len(packages)
