"""The checks of the installation, as self-check reports them from a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

_QT_WAS_LOADED = """
import sys
from pingtopass_desktop.app.commands.installation import installation_checks
checks = list(installation_checks())
print([name for name in sys.modules if name.startswith(("PySide6", "pyqtgraph"))])
"""


def _self_check(data: Path, **environment: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "pingtopass_desktop", "--data-dir", str(data), "self-check", "--json"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def test_a_whole_installation_passes_every_check_from_a_fresh_data_folder(tmp_path: Path) -> None:
    code, checks = _self_check(tmp_path)
    assert [check for check in checks.values() if not check["ok"]] == []
    assert code == 0
    assert {"Qt plugins", "SQLite full-text search", "learner schema", "code colours", "time zone", "icons"} <= set(
        checks
    )
    assert checks["package pyqtgraph"]["detail"][0].isdecimal()


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows the time zones come with a package")
def test_a_system_without_time_zones_is_found(tmp_path: Path) -> None:
    code, checks = _self_check(tmp_path, PYTHONTZPATH=str(tmp_path))
    assert code == 1
    assert [name for name, check in checks.items() if not check["ok"]] == ["time zone"]
    assert "days are counted in UTC" in checks["time zone"]["detail"]


def test_the_checks_load_nothing_that_needs_a_display() -> None:
    done = subprocess.run([sys.executable, "-c", _QT_WAS_LOADED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
