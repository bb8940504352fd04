"""Fails where a module outgrows the house's limits: 600 lines, and 250 for the main window."""

import sys
from pathlib import Path

LIMIT = 600
SHELL_LIMIT = 250

root = Path(__file__).resolve().parents[1]
folders = ("pingtopass_desktop", "sync", "tests", "benchmarks", "packaging")
sizes = {path: len(path.read_text("utf-8").splitlines()) for name in folders for path in (root / name).rglob("*.py")}
shell = root / "pingtopass_desktop" / "ui" / "shell.py"
too_long = [
    f"{path.relative_to(root)}: {lines} lines, the limit is {SHELL_LIMIT if path == shell else LIMIT}"
    for path, lines in sizes.items()
    if lines > (SHELL_LIMIT if path == shell else LIMIT)
]
print("\n".join(too_long) or f"{len(sizes)} modules, none too long")
sys.exit(bool(too_long))
