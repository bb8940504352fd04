"""Tries a bundle as a learner's machine has it: no Python, no PATH, a fresh data folder. ``smoke_test.py DIST``.

Prints what it tried. Ends with 1 and one line where something does not work. The machine should have Xvfb and xdotool;
without them no exam is sat by keys, and that is said.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bundle_contents
from exam_by_keys import NoDisplay, NoProgress, VirtualScreen, sit_exam

_TIMEOUT_S = 240
_OF_THE_SYSTEM = re.compile(
    r"lib(c|dl|m|pthread|resolv|rt|util)\.so\.\d|lib(EGL|GL|GLX|GLdispatch|OpenGL)\.so\.\d|libxcb\.so\.1|libwayland-.*"
)
"""What belongs to the kernel, the graphics driver or the screen's server, and is never bundled."""

_MAY_BE_MISSING = "libwayland-"
"""A desktop with Wayland has these; one without needs no plugin that links with them."""

_POOL = """\
id,question,a,b,c,correct
N1,"What does “ping” measure, über Ethernet or Wi-Fi?",Round trip time,Line length,Paint colour,A
N2,Which port does HTTPS use?,80,443,25,B
N3,```python\\nprint(2 ** 5)\\n``` prints:,10,25,32,C
"""
_RULES = """\
[exam]
id = "smoke"
name = "Smoke test"
questions = 3
minutes = 5
pass = { count = 2 }
"""


class Failure(Exception):
    """What does not work, in one line."""


class Bundle:
    """The program of a bundle, run with nothing around it."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder.resolve()
        self.program = self.folder / ("pingtopass.exe" if sys.platform == "win32" else "pingtopass")
        self.home = home
        self.data = home / "data"
        self.learner = home / "learner"
        """The data folder of the exam: nothing has been there before the window."""

    def environment(self, **more: str) -> dict[str, str]:
        """A home, and what the system's own loader cannot do without. No PATH, no locale, nothing of Python."""
        kept = ("SYSTEMROOT", "TEMP", "TMP") if sys.platform == "win32" else ()
        return {"HOME": str(self.home), **{name: os.environ[name] for name in kept if name in os.environ}, **more}

    def run(
        self,
        *argv: str | Path,
        data: Path | None = None,
        more: Mapping[str, str] | None = None,
        codes: Sequence[int] = (0,),
    ) -> str:
        """What a command prints. Raises: Failure where it does not end with one of the codes."""
        command = [str(self.program), "--data-dir", str(data or self.data), *map(str, argv)]
        try:
            done = subprocess.run(
                command,
                cwd=self.home,
                env=self.environment(QT_QPA_PLATFORM="offscreen", **(more or {})),
                capture_output=True,
                timeout=_TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failure(f"{argv[0]} did not run: {error}") from error
        if done.returncode not in codes:
            words = " ".join((done.stderr or done.stdout).decode("utf-8", "replace").split())
            raise Failure(f"{argv[0]} ended with {done.returncode}: {words[-600:]}")
        return done.stdout.decode("utf-8")

    def json(self, *argv: str | Path, data: Path | None = None, codes: Sequence[int] = (0,)) -> Any:
        return json.loads(self.run(*argv, "--json", data=data, codes=codes))


def main() -> int:
    parser = argparse.ArgumentParser(description="Try a bundle on a machine that has nothing else.")
    parser.add_argument("folder", type=Path, metavar="DIST", help="the folder with the program pingtopass")
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory(prefix="pingtopass-smoke-") as home:
        bundle = Bundle(folder, Path(home))
        try:
            _try(bundle)
        except Failure as failure:
            print(f"smoke test failed: {failure}", file=sys.stderr)
            return 1
    return 0


def _try(bundle: Bundle) -> None:
    if not bundle.program.is_file():
        raise Failure(f"{bundle.program} does not exist; make bundle builds it")
    before = _files(bundle.folder)
    steps = (
        ("version", _version),
        ("files of the program", _program_files),
        ("linked libraries", _libraries),
        ("self-check", _self_check),
        ("exams, search", _library),
        ("import", _import),
        ("tour", _tour),
        ("exam by keys", _exam),
        ("backup, restore", _backup),
    )
    for name, step in steps:
        started = time.perf_counter()
        said = step(bundle)
        print(f"ok  {name:22}{said} ({time.perf_counter() - started:.1f} s)", flush=True)
    if _files(bundle.folder) != before:
        raise Failure("the program wrote into its own folder, which a learner may not be able to")
    size = sum(size for size, _ in before.values())
    print(f"ok  {'bundle':22}{len(before)} files, {size / 2**20:.0f} MiB, unchanged")


def _files(folder: Path) -> Mapping[str, tuple[int, int]]:
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}


def _version(bundle: Bundle) -> str:
    """The start of a command; it loads nothing of Qt, as the loader tells where it can."""
    if not sys.platform.startswith("linux"):
        return bundle.run("--version").strip()
    log = bundle.home / "loaded"
    said = bundle.run("--version", more={"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": str(log)}).strip()
    loaded = "".join(path.read_text("utf-8", "replace") for path in bundle.home.glob("loaded.*"))
    if "libQt6" in loaded:
        raise Failure("a command loads Qt, which takes longer than the command")
    return f"{said}, without loading Qt"


def _program_files(bundle: Bundle) -> str:
    """Every file of the source tree that is not code is in the bundle as it is."""
    inner = bundle.folder / "_internal"
    wanted = bundle_contents.data_files()
    for source, folder in wanted:
        path = inner / folder / Path(source).name
        if not path.is_file() or path.read_bytes() != Path(source).read_bytes():
            raise Failure(f"{path.relative_to(bundle.folder)} is missing or differs from the source")
    dangling = [str(path) for path in bundle.folder.rglob("*") if path.is_symlink() and not path.exists()]
    if dangling:
        raise Failure(f"links without a target: {', '.join(dangling)}")
    return f"{len(wanted)} files as in the source"


def _libraries(bundle: Bundle) -> str:
    """No library misses another one; asked of the system's loader."""
    if not sys.platform.startswith("linux"):
        return "not tried on this system"
    loader = shutil.which("ldd")
    if loader is None:
        return "not tried, there is no ldd"
    paths = [path for path in bundle.folder.rglob("*.so*") if path.is_file() and not path.is_symlink()]
    environment = {**os.environ, "LD_LIBRARY_PATH": str(bundle.folder / "_internal")}
    system: set[str] = set()
    for path in [bundle.program, *paths]:
        listed = subprocess.run([loader, str(path)], env=environment, capture_output=True, text=True, check=False)
        for line in listed.stdout.splitlines():
            name, _, target = line.strip().partition(" => ")
            if not target or target.startswith(str(bundle.folder)):
                continue
            if not _OF_THE_SYSTEM.fullmatch(name):
                raise Failure(f"{path.name} needs {name}, which is not in the bundle")
            if target.startswith("not found") and not name.startswith(_MAY_BE_MISSING):
                raise Failure(f"{path.name} needs {name} of the system, and this machine has none")
            system.add(name)
    return f"{len(paths)} whole; of the system: {' '.join(sorted(system))}"


def _self_check(bundle: Bundle, data: Path | None = None) -> str:
    report = bundle.json("self-check", data=data, codes=(0, 1))
    failed = [f"{check['name']}: {check['detail']}" for check in report["checks"] if not check["ok"]]
    if failed or not report["ok"]:
        raise Failure(f"self-check: {'; '.join(failed)}")
    details = {check["name"]: check["detail"] for check in report["checks"]}
    return f"{len(details)} checks, {details['licences']}"


def _library(bundle: Bundle) -> str:
    exams = bundle.json("exams")
    found = bundle.json("search", "spanning tree")
    if [exam["id"] for exam in exams] != ["net-101"] or not found:
        raise Failure(f"the starter bank has {len(exams)} exams, and “spanning tree” is in {len(found)} questions")
    return f"{exams[0]['questions']} questions, {len(found)} found"


def _import(bundle: Bundle, data: Path | None = None) -> str:
    pool = bundle.home / "Prüfung.csv"
    rules = bundle.home / "rules.toml"
    pool.write_text(_POOL, "utf-8")
    rules.write_text(_RULES, "utf-8")
    report = bundle.json("import", pool, "--exam", rules, data=data)
    found = bundle.json("search", "über", "--exam", "smoke", data=data)
    if report["imported"] != 3 or report["skipped"] or len(found) != 1:
        raise Failure(f"of 3 questions {report['imported']} were imported and {len(found)} found again")
    return "3 questions from a CSV file, found again by search"


def _tour(bundle: Bundle) -> str:
    folder = bundle.home / "pictures"
    named = bundle.run("tour", folder).split()
    written = sorted(folder.glob("*.png"))
    if len(written) < 20 or [path.name for path in written] != named:
        raise Failure(f"the tour named {len(named)} pictures and wrote {len(written)}")
    for path in written:
        content = path.read_bytes()
        if not content.startswith(b"\x89PNG") or len(content) < 5000:
            raise Failure(f"the picture {path.name} is empty")
    return f"{len(written)} pictures: practice and a whole exam through the window"


def _exam(bundle: Bundle) -> str:
    """A whole exam from outside: real key presses on a real X screen, and what is stored afterwards."""
    try:
        with VirtualScreen() as screen:
            command = [str(bundle.program), "--data-dir", str(bundle.learner)]
            environment = bundle.environment(DISPLAY=screen.display)
            sit_exam(screen, command, environment, bundle.learner / "guest" / "learner.db")
    except NoDisplay as error:
        return f"NOT TRIED: {error}"
    except NoProgress as error:
        raise Failure(f"the exam by keys came to a stop: {error}") from error
    stats = bundle.json("stats", data=bundle.learner)
    (exam,) = stats["exams"]
    if exam["attempts"] != 1 or not stats["answers"]:
        raise Failure(f"after one exam {exam['attempts']} attempts are stored, with {stats['answers']} answers")
    for path in (bundle.learner / "logs").iterdir():
        for line in path.read_text("utf-8").splitlines():
            if re.search("WARNING|ERROR|CRITICAL|Traceback", line):
                raise Failure(f"the window logged: {line}")
    return f"1 attempt stored, {stats['answers']} answers, {stats['correct']} right"


def _backup(bundle: Bundle) -> str:
    """The learner's file and the imported bank go to another data folder and are sound there."""
    if not bundle.learner.exists():
        return "NOT TRIED: there are no answers without the exam by keys"
    target = bundle.home / "backup.zip"
    other = bundle.home / "other"
    _import(bundle, data=bundle.learner)
    written = bundle.json("backup", target, data=bundle.learner)
    restored = bundle.json("restore", target, data=other)
    _self_check(bundle, data=other)
    stats, again = (bundle.json("stats", data=data) for data in (bundle.learner, other))
    if restored["events"] != written["events"] or again["answers"] != stats["answers"]:
        raise Failure(f"a backup of {written['events']} events came back with {restored['events']}")
    if restored["packs_restored"] != written["packs"]:
        raise Failure(f"of the banks {written['packs']} came back {restored['packs_restored']}")
    return f"{written['events']} events and the bank {written['packs'][0]} came back whole"


if __name__ == "__main__":
    sys.exit(main())
