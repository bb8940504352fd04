"""Writes requirements-api.lock: the part of requirements.lock, with its hashes, that the companion API needs on Linux.

Run it in the development environment after a change of requirements.lock; a test fails while it is out of date.
"""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "packaging" / "requirements-api.lock"


def text() -> str:
    """What the file has to hold."""
    project = tomllib.loads(_read("pyproject.toml"))["project"]
    needed = _closure(_imported() | set(project["optional-dependencies"]["api"]))
    entries = re.split(r"\n(?=[a-z])", _read("requirements.lock").strip())
    kept = [entry for entry in entries if canonicalize_name(entry.split("==")[0]) in needed]
    return "\n".join(kept) + "\n"


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def _imported() -> set[str]:
    """The packages whose modules `sync` imports."""
    modules: set[str] = set()
    for path in (ROOT / "sync").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.split(".")[0])
    outside = modules - set(sys.stdlib_module_names) - {"sync", "pingtopass_desktop"}
    packages = packages_distributions()
    return {name for module in outside for name in packages[module]}


def _closure(wanted: set[str]) -> set[str]:
    """The names of packages and of all that they require here."""
    found: set[str] = set()
    left = [(Requirement(each), "") for each in wanted]
    while left:
        requirement, extra = left.pop()
        here = {**default_environment(), "extra": extra}
        if requirement.marker is not None and not requirement.marker.evaluate(here):
            continue
        found.add(canonicalize_name(requirement.name))
        for line in requires(requirement.name) or ():
            for each in ("", *requirement.extras):
                child = Requirement(line)
                if canonicalize_name(child.name) not in found:
                    left.append((child, each))
    return found


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
