"""The log: what is written and where, how it stays small, and what the bundle holds."""

import json
import logging
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.app.log import FILE_BYTES, FILE_COUNT, RunningLog, start_logging, without_home, write_log_bundle
from tests.fakes.learners import write_learner

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


@pytest.fixture
def log(folder: DataFolder) -> Iterator[RunningLog]:
    level = logging.getLogger().level
    running = start_logging(folder.logs)
    yield running
    running.close()
    logging.getLogger().setLevel(level)


def text_of(log: RunningLog) -> str:
    assert log.path is not None
    return log.path.read_text("utf-8")


def test_a_line_has_utc_time_level_and_name(log: RunningLog) -> None:
    logging.getLogger("pingtopass_desktop.test").info("attempt %s started", "0190")
    pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO pingtopass_desktop\.test: attempt 0190 started\n"
    assert re.fullmatch(pattern, text_of(log))


def test_the_home_folder_is_shortened_in_lines_and_tracebacks(log: RunningLog) -> None:
    secret = Path.home() / "Documents" / "bank.csv"
    try:
        secret.joinpath("none").read_text()
    except OSError:
        logging.getLogger("test").exception("cannot read %s", secret)
    assert str(Path.home() / "Documents") not in text_of(log)
    assert text_of(log).count("~/Documents/bank.csv".replace("/", "\\" if sys.platform == "win32" else "/")) == 2


def test_the_log_rotates_and_keeps_five_files(log: RunningLog, folder: DataFolder) -> None:
    line = "x" * (FILE_BYTES // 4)
    for number in range(4 * (FILE_COUNT + 2)):
        logging.getLogger("test").info("%d %s", number, line)
    files = sorted(folder.logs.iterdir())
    assert [path.name for path in files] == ["pingtopass.log", *(f"pingtopass.log.{n}" for n in range(1, FILE_COUNT))]
    assert all(path.stat().st_size < 1.5 * FILE_BYTES for path in files)
    assert f" {4 * (FILE_COUNT + 2) - 1} " in text_of(log)


def test_a_lone_surrogate_is_logged(log: RunningLog, monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    ours = [handler for handler in root.handlers if not type(handler).__module__.startswith("_pytest")]
    monkeypatch.setattr(root, "handlers", ours)  # what pytest captures travels between processes, which this cannot
    logging.getLogger("test").info("file %s", "\udcff")
    assert "file \\udcff" in text_of(log)


def test_a_folder_that_takes_no_log_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    running = start_logging(tmp_path / "file" / "logs")
    try:
        assert running.path is None
        logging.getLogger("test").warning("still said")
        logging.getLogger("test").info("not said")
    finally:
        running.close()
    err = capsys.readouterr().err
    assert "still said" in err
    assert "not said" not in err


def test_closing_takes_every_handler_away(folder: DataFolder) -> None:
    before = list(logging.getLogger().handlers)
    running = start_logging(folder.logs, to_stderr=True)
    assert len(logging.getLogger().handlers) == len(before) + 2
    running.close()
    assert logging.getLogger().handlers == before


def test_a_full_disk_costs_lines_and_nothing_else(folder: DataFolder) -> None:
    code = (
        "import logging, resource, signal, sys; from pathlib import Path\n"
        "from pingtopass_desktop.app.log import start_logging\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "log = start_logging(Path(sys.argv[1]))\n"
        "for _ in range(100): logging.getLogger('test').info('a line of some length')\n"
        "print('went on')"
    )
    if sys.platform == "win32":
        pytest.skip("this system has no limit on the size of files")
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder.logs)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "went on\n", "")


def test_a_bundle_has_the_logs_and_sizes_and_nothing_of_the_learner(log: RunningLog, folder: DataFolder) -> None:
    write_learner(folder.learner, 3)
    logging.getLogger("test").info("something happened")
    target = write_log_bundle(folder, folder.root.parent / "bundle.zip", {"qt": "6.12.0"})
    with zipfile.ZipFile(target) as archive:
        assert sorted(archive.namelist()) == ["about.json", "logs/pingtopass.log"]
        about = json.loads(archive.read("about.json"))
        assert b"something happened" in archive.read("logs/pingtopass.log")
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert about["qt"] == "6.12.0"
    assert about["files"]["guest/learner.db"] == folder.learner.stat().st_size
    assert {"version", "platform", "python", "sqlite"} <= set(about)
    assert b"my note" not in content
    assert not list(folder.root.parent.glob("*.part"))


def test_a_bundle_is_written_where_there_is_no_log_yet(folder: DataFolder, tmp_path: Path) -> None:
    write_log_bundle(folder, tmp_path / "bundle.zip", {})
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        assert archive.namelist() == ["about.json"]


def test_text_without_the_home_folder_stays_as_it_is() -> None:
    assert without_home("question 0190 of net-101") == "question 0190 of net-101"
