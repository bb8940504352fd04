"""The command line as people and scripts use it: shapes, exit codes, one line for every error, and never Qt."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pingtopass_desktop import __version__
from pingtopass_desktop.app.commands import main, parse, tour_options
from pingtopass_desktop.app.config import DataFolder, TourOptions, data_folder
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.library.bank.export import write_bank
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.library.lock import FileLock
from pingtopass_desktop.study import exam
from pingtopass_desktop.study.context import Study
from tests.fakes.banks import make_bank, publish_bank
from tests.fakes.clock import ManualClock
from tests.fakes.folders import folder_for_all
from tests.fakes.learners import answered, events_in, write_learner

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path, starter_packs: Path) -> DataFolder:
    """A data folder with the starter bank and nobody's answers."""
    shutil.copytree(starter_packs, tmp_path / "data" / "packs")
    return DataFolder(tmp_path / "data")


class Terminal:
    """Runs commands in this process and keeps what they printed."""

    def __init__(self, folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capsys = capsys
        self.out, self.err = "", ""

    def run(self, *argv: str | Path) -> int:
        code = main(["--data-dir", str(self._folder.root), *map(str, argv)])
        self.out, self.err = self._capsys.readouterr()
        return code

    def json(self, *argv: str | Path, code: int = 0) -> Any:
        assert self.run(*argv, "--json") == code, self.err
        return json.loads(self.out)

    def error(self, *argv: str | Path, code: int = 2) -> str:
        """The one line that a failing command leaves on stderr."""
        assert self.run(*argv) == code
        assert self.out == ""
        assert self.err.startswith("pingtopass: ")
        assert self.err.count("\n") == 1
        return self.err


@pytest.fixture
def terminal(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(folder, capsys)


def pingtopass(*argv: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pingtopass_desktop", *argv],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def starter_questions(folder: DataFolder) -> list[str]:
    catalogue = Catalogue(folder.packs)
    try:
        return catalogue.exam("net-101").pack.question_ids("net-101")
    finally:
        catalogue.close()


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[4096 : middle + 4096] = b"\xff" * middle
    path.write_bytes(content)


# Options and processes


def test_a_process_answers_in_json_and_exits_with_0(folder: DataFolder) -> None:
    done = pingtopass("exams", "--json", "--data-dir", str(folder.root))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)[0]["id"] == "net-101"


def test_a_process_ends_bad_input_with_2_and_one_line(folder: DataFolder) -> None:
    done = pingtopass("form", "nope", "--seed", "1", PINGTOPASS_DATA_DIR=str(folder.root))
    assert done.returncode == 2
    assert done.stderr == "pingtopass: There is no exam 'nope'. Known exams: net-101.\n"


def test_the_options_for_all_commands_stand_before_or_after_the_command(folder: DataFolder) -> None:
    for argv in (
        ["--json", "--data-dir", "here", "packs"],
        ["packs", "--json", "--data-dir", "here"],
        ["--data-dir", "here", "packs", "--json"],
        ["--data-dir=there", "packs", "--json", "--data-dir=here"],
    ):
        options = parse(argv)
        assert not isinstance(options, int)
        assert (options.command, options.data_dir, options.json) == ("packs", "here", True)


def test_a_command_line_without_a_command_is_for_the_window() -> None:
    options = parse(["--data-dir", "here"])
    assert not isinstance(options, int)
    assert (options.command, options.data_dir, tour_options(options)) == (None, "here", None)


def test_the_tour_is_parsed_for_the_window() -> None:
    options = parse(["tour", "pictures", "--dark", "--size", "900x700", "--text-zoom", "150"])
    assert not isinstance(options, int)
    assert tour_options(options) == TourOptions(Path("pictures"), "dark", 900, 700, 150)


@pytest.mark.parametrize(
    "argv",
    [
        ["bogus"],
        ["form", "net-101"],
        ["form", "net-101", "--seed", "x"],
        ["search", "a", "--limit", "0"],
        ["packs", "--jso"],
        ["packs", "--data-dir", ""],
        ["import"],
        ["tour", "pictures", "--size", "big"],
        ["tour", "pictures", "--text-zoom", "9999"],
        ["--no-such-option"],
    ],
)
def test_a_wrong_command_line_is_one_line_and_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), err[:12]) == ("", 1, "pingtopass: ")


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"pingtopass {__version__}\n"


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for command in ("import", "export", "packs", "exams", "form", "search", "stats", "backup", "restore", "self-check"):
        assert command in out


def test_no_command_imports_qt(folder: DataFolder, tmp_path: Path) -> None:
    write_learner(folder.learner, 2)
    code = (
        "import sys\n"
        "from pingtopass_desktop.__main__ import main\n"
        "for line in sys.argv[2:]:\n"
        "    sys.argv[1:] = ['--data-dir', sys.argv[2] if False else FOLDER, *line.split()]\n"
        "    main()\n"
        "loaded = [name for name in sys.modules if name.partition('.')[0] in ('PySide6', 'shiboken6')]\n"
        "print('qt:', loaded)"
    ).replace("FOLDER", repr(str(folder.root)))
    lines = [
        f"export net-101 {tmp_path / 'out'}",
        f"import {tmp_path / 'out'} --dry-run",
        "packs",
        "exams",
        "form net-101 --seed 1",
        "search a",
        "stats",
        f"backup {tmp_path / 'mine.zip'}",
        f"restore {tmp_path / 'mine.zip'}",
        "self-check",
    ]
    done = subprocess.run(
        [sys.executable, "-c", code, "-", *lines], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.endswith("qt: []\n"), done.stderr


def test_a_reader_that_goes_away_is_no_error(folder: DataFolder) -> None:
    command = [sys.executable, "-m", "pingtopass_desktop", "exams", "--json", "--data-dir", str(folder.root)]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(command, cwd=ROOT, stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == ""


def test_an_ascii_terminal_gets_text_and_no_traceback(folder: DataFolder) -> None:
    done = pingtopass("search", "subnet", "--data-dir", str(folder.root), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_data_folder_is_that_of_the_option_then_of_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINGTOPASS_DATA_DIR", str(tmp_path / "variable"))
    assert data_folder(str(tmp_path / "option")).root == tmp_path / "option"
    assert data_folder(None).root == tmp_path / "variable"
    monkeypatch.delenv("PINGTOPASS_DATA_DIR")
    assert data_folder(None).root.name == "PingToPass"
    assert not (tmp_path / "variable").exists()


# Content


def test_packs_tells_what_is_in_force(terminal: Terminal) -> None:
    (pack,) = terminal.json("packs")
    assert list(pack) == [
        "bank", "name", "file", "release", "version", "questions", "size_bytes", "source", "published_at", "state",
        "problem",
    ]  # fmt: skip
    assert (pack["bank"], pack["source"], pack["state"], pack["problem"]) == ("starter", "bundled", "ok", None)


def test_exams_tells_blueprint_and_stock(terminal: Terminal) -> None:
    (listed,) = terminal.json("exams")
    assert (listed["id"], listed["code"], listed["bank"], listed["minutes"]) == ("net-101", "NET-101", "starter", 90)
    assert (listed["questions"], listed["question_count"]) == (120, 65)
    objectives = {objective["code"]: objective for objective in listed["objectives"]}
    assert objectives["1"] == {
        "code": "1", "name": "Networking concepts", "weight": 23, "draw": None, "stock": 24
    }  # fmt: skip
    assert objectives["1.1"]["stock"] == 6
    assert sum(objective["stock"] for objective in listed["objectives"] if objective["weight"]) == 120


def test_the_starter_bank_is_built_where_there_is_none(terminal: Terminal, folder: DataFolder) -> None:
    shutil.rmtree(folder.root)
    assert [pack["bank"] for pack in terminal.json("packs")] == ["starter"]
    assert not folder.learner.exists()


def test_a_form_is_drawn_by_blueprint_and_the_same_for_the_same_seed(terminal: Terminal) -> None:
    form = terminal.json("form", "NET-101", "--seed", "7")
    assert (form["exam"], form["seed"], form["shortfall"]) == ("net-101", 7, [])
    assert list(form["questions"][0]) == ["id", "source_id", "objective", "type"]
    by_objective = {code: sum(q["objective"] == code for q in form["questions"]) for code in "12345"}
    assert by_objective == {"1": 15, "2": 13, "3": 12, "4": 9, "5": 16}
    assert terminal.json("form", "net-101", "--seed", "7") == form
    assert terminal.json("form", "net-101", "--seed", "-8")["questions"] != form["questions"]


def test_a_form_prefers_what_was_not_answered(terminal: Terminal, folder: DataFolder) -> None:
    ids = starter_questions(folder)
    store = LearnerStore(folder.learner, ManualClock())
    for question_id in ids[:5]:
        store.record(answered(question_id, True))
    store.close()
    for seed in range(5):
        drawn = {question["id"] for question in terminal.json("form", "net-101", "--seed", str(seed))["questions"]}
        assert drawn.isdisjoint(ids[:5])
    assert terminal.err == ""


def test_a_shortfall_names_every_objective_and_ends_with_2(terminal: Terminal, folder: DataFolder) -> None:
    publish_bank(make_bank(per_objective=2), folder.packs)
    form = terminal.json("form", "golden", "--seed", "1", code=2)
    assert form["questions"] == []
    assert form["shortfall"] == [
        {"objective": "1", "needed": 5, "available": 2},
        {"objective": "2", "needed": 3, "available": 2},
    ]
    assert terminal.err.count("\n") == 1
    assert "1 Objective 1: 3 missing" in terminal.err
    assert "2 Objective 2: 1 missing" in terminal.err


def test_search_marks_the_words_it_found(terminal: Terminal) -> None:
    hits = terminal.json("search", "subnet", "--limit", "3")
    assert len(hits) == 3
    assert all(list(hit) == ["id", "exam", "objective", "type", "snippet"] for hit in hits)
    assert any("**" in hit["snippet"] for hit in hits)
    assert terminal.run("search", "subnet") == 0
    assert "**subnet**" in terminal.out.lower()


def test_search_in_one_exam_and_for_nothing(terminal: Terminal, folder: DataFolder) -> None:
    publish_bank(make_bank(), folder.packs)
    assert {hit["exam"] for hit in terminal.json("search", "question", "--limit", "10")} == {"golden", "net-101"}
    assert {hit["exam"] for hit in terminal.json("search", "question", "--exam", "GLD-1")} == {"golden"}
    assert terminal.json("search", "--exam=golden", 'qqzz "x" OR (') == []
    assert "no exam 'none'" in terminal.error("search", "question", "--exam", "none")


def test_an_exported_bank_comes_back_unchanged(terminal: Terminal, tmp_path: Path) -> None:
    target = tmp_path / "bank.zip"
    assert terminal.json("export", "NET-101", target) == {"exam": "net-101", "target": str(target), "questions": 120}
    assert "exists already" in terminal.error("export", "net-101", target)
    assert "no exam" in terminal.error("export", "none", tmp_path / "other")


def test_an_import_counts_what_is_new_and_what_was_there(terminal: Terminal, tmp_path: Path) -> None:
    write_bank(make_bank(), tmp_path / "golden")
    dry = terminal.json("import", tmp_path / "golden", "--dry-run")
    assert [exam_row["id"] for exam_row in terminal.json("exams")] == ["net-101"]
    first = terminal.json("import", tmp_path / "golden")
    assert dry == first
    assert (first["imported"], first["updated"], first["unchanged"], first["exam"]) == (18, 0, 0, "golden")
    second = terminal.json("import", tmp_path / "golden")
    assert (second["imported"], second["updated"], second["unchanged"]) == (0, 18, 18)
    assert terminal.run("import", tmp_path / "golden") == 0
    assert terminal.out.startswith("Imported into golden: 0 new, 18 known (18 of them unchanged), 0 skipped.")


def test_an_import_of_nonsense_is_one_line(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "letter.docx").write_bytes(b"dear")
    assert "cannot be imported" in terminal.error("import", tmp_path / "letter.docx")
    assert "does not exist" in terminal.error("import", tmp_path / "none.csv")


def test_a_damaged_pack_is_shown_and_the_others_serve(terminal: Terminal, folder: DataFolder) -> None:
    publish_bank(make_bank(), folder.packs)
    for path in folder.packs.glob("golden-*.pack"):
        path.write_bytes(b"rotten")
    (folder.packs / "void.current").write_text("no json")
    packs = {pack["bank"]: pack for pack in terminal.json("packs")}
    assert [packs[bank]["state"] for bank in ("starter", "golden", "void")] == ["ok", "damaged", "damaged"]
    assert "damaged" in packs["golden"]["problem"]
    assert [listed["id"] for listed in terminal.json("exams")] == ["net-101"]
    assert terminal.err.count("pingtopass: warning: ") == 2
    checks = terminal.json("self-check", code=1)
    assert {check["name"] for check in checks["checks"] if not check["ok"]} == {"pack golden", "pack void"}


def test_a_pack_damaged_further_in_never_ends_in_a_traceback(terminal: Terminal, folder: DataFolder) -> None:
    path = publish_bank(make_bank(per_objective=40), folder.packs)
    damage(path)
    for argv in (["exams"], ["packs"], ["search", "question"], ["stats"], ["form", "golden", "--seed", "1"]):
        assert terminal.run(*argv) in (0, 1, 2)
        assert all(line.startswith("pingtopass: ") for line in terminal.err.splitlines())


# The learner


def test_stats_counts_by_day_exam_and_objective(terminal: Terminal, folder: DataFolder) -> None:
    ids = starter_questions(folder)
    store = LearnerStore(folder.learner, ManualClock())
    for number, question_id in enumerate(ids[:6], start=1):
        store.record(answered(question_id, number != 3, number))
    store.close()
    stats = terminal.json("stats")
    assert (stats["answers"], stats["correct"], stats["elapsed_s"]) == (6, 5, 9)
    assert stats["days"] == [{"day": "2026-09-21", "answers": 6, "correct": 5}]
    (row,) = stats["exams"]
    assert {key: row[key] for key in ("id", "code", "questions", "seen", "missed", "attempts")} == {
        "id": "net-101", "code": "NET-101", "questions": 120, "seen": 6, "missed": 1, "attempts": 0
    }  # fmt: skip
    assert row["objectives"][0] == {
        "code": "1", "name": "Networking concepts", "questions": 24, "seen": 6, "right_last": 5
    }  # fmt: skip
    assert [path.name for path in folder.learner.parent.iterdir()] == ["learner.db"]


def test_stats_counts_a_finished_exam_and_reads_while_one_runs(terminal: Terminal, folder: DataFolder) -> None:
    clock = ManualClock()
    study = Study(LearnerStore(folder.learner, clock), Catalogue(folder.packs), folder.clocks, clock, ManualClock())
    try:
        exam.start(study, "net-101", seed=1).submit()
        sitting = exam.start(study, "net-101", seed=2)
        assert terminal.json("stats")["exams"][0]["attempts"] == 1
        sitting.submit()
    finally:
        study.store.close()
        study.catalogue.close()
    assert terminal.json("stats")["exams"][0]["attempts"] == 2


def test_without_a_learner_file_a_form_is_drawn_and_stats_fail(terminal: Terminal, folder: DataFolder) -> None:
    assert len(terminal.json("form", "net-101", "--seed", "1")["questions"]) == 65
    assert "as if no question was answered" in terminal.err
    assert "no learner file yet" in terminal.error("stats", code=1)
    assert not folder.learner.parent.exists()


def test_with_a_damaged_learner_file_a_form_is_drawn_and_the_rest_says_so(
    terminal: Terminal, folder: DataFolder, tmp_path: Path
) -> None:
    expected = terminal.json("form", "net-101", "--seed", "1")["questions"]
    write_learner(folder.learner, 200)
    damage(folder.learner)
    before = folder.learner.read_bytes()
    assert terminal.json("form", "net-101", "--seed", "1")["questions"] == expected
    assert "damaged" in terminal.err
    assert "damaged" in terminal.error("stats", code=1)
    assert "damaged" in terminal.error("backup", tmp_path / "mine.zip", code=1)
    checks = terminal.json("self-check", code=1)
    assert [check["name"] for check in checks["checks"] if not check["ok"]] == ["learner file"]
    assert folder.learner.read_bytes() == before


def test_a_backup_is_restored_by_command(terminal: Terminal, folder: DataFolder, tmp_path: Path) -> None:
    write_learner(folder.learner, 3)
    target = tmp_path / "mine.zip"
    written = terminal.json("backup", target)
    assert (written["file"], written["events"], written["packs"], written["left_out"]) == (str(target), 4, [], [])
    assert "exists already" in terminal.error("backup", target)
    folder.learner.unlink()
    restored = terminal.json("restore", target)
    assert (restored["events"], restored["set_aside"]) == (4, None)
    assert events_in(folder.learner) == 4
    assert "is not there" in terminal.error("restore", tmp_path / "none.zip")
    assert "does not exist" in terminal.error("backup", tmp_path / "none" / "mine.zip")


def test_restore_is_refused_while_the_window_is_open(terminal: Terminal, folder: DataFolder, tmp_path: Path) -> None:
    write_learner(folder.learner, 3)
    terminal.run("backup", tmp_path / "mine.zip")
    window = FileLock(folder.window_lock)
    try:
        assert "Close its window" in terminal.error("restore", tmp_path / "mine.zip", code=1)
        assert terminal.run("backup", tmp_path / "second.zip") == 0
    finally:
        window.close()
    assert terminal.run("restore", tmp_path / "mine.zip") == 0


def test_self_check_is_ok_on_a_sound_folder_by_command_and_by_option(terminal: Terminal, folder: DataFolder) -> None:
    write_learner(folder.learner, 5)
    report = terminal.json("self-check")
    assert report["ok"] is True
    assert all(list(check) == ["name", "ok", "detail"] for check in report["checks"])
    names = {check["name"] for check in report["checks"]}
    assert {"program", "package PySide6", "starter bank", "pack starter", "learner file", "data folder"} <= names
    assert terminal.run("--self-check") == 0
    assert "FAILED" not in terminal.out


def test_self_check_finds_a_table_that_differs_from_the_events(terminal: Terminal, folder: DataFolder) -> None:
    write_learner(folder.learner, 5)
    store = LearnerStore(folder.learner, ManualClock())
    store.db.execute("DELETE FROM notes")
    store.close()
    checks = {check["name"]: check for check in terminal.json("self-check", code=1)["checks"]}
    assert "notes" in checks["learner file"]["detail"]


# The environment's faults

_AS_NOBODY = """
import os, sys
from importlib import resources
from pingtopass_desktop.app.commands import content, history, selfcheck, main
from pingtopass_desktop.learner import database
import pingtopass_desktop.authoring.importing, pingtopass_desktop.study.exam
import zipfile, tempfile, fsrs, uuid, zoneinfo  # imported later, by a user who cannot read all libraries
"".encode("utf-8-sig"), "".encode("cp437")  # codecs are imported when first used
database.latest_version(); resources.files("pingtopass_desktop.library").joinpath("schema.sql").read_text()
os.setgid(65534); os.setuid(65534)
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def place() -> Iterator[Path]:
    with folder_for_all() as folder:
        yield folder


def test_a_folder_that_cannot_be_written_is_read_and_writing_to_it_fails_with_1(
    place: Path, starter_packs: Path
) -> None:
    folder = DataFolder(place / "data")
    shutil.copytree(starter_packs, folder.packs)
    for path in (folder.root, folder.packs):
        path.chmod(0o755)
    write_learner(folder.learner, 3)
    write_bank(make_bank(), place / "golden")
    before = sorted(path for path in folder.root.rglob("*"))

    def run(*argv: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", _AS_NOBODY, "--data-dir", str(folder.root), *argv]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    for argv in (["exams"], ["packs"], ["stats"], ["form", "net-101", "--seed", "1"], ["search", "subnet"]):
        done = run(*argv)
        assert (done.returncode, done.stderr) == (0, ""), argv
    for argv in (
        ["import", str(place / "golden")],
        ["export", "net-101", str(place / "out")],
        ["backup", str(place / "mine.zip")],
        ["restore", str(place / "mine.zip")],
    ):
        done = run(*argv)
        assert (done.returncode, done.stderr.count("\n"), done.stderr[:12]) == (1, 1, "pingtopass: "), done.stderr
    assert run("self-check").returncode == 1
    assert sorted(path for path in folder.root.rglob("*")) == before


_WITH_A_SMALL_DISK = """
import resource, signal, sys
from pingtopass_desktop.app.commands import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no limit on the size of files")
@pytest.mark.parametrize("argv", [["backup", "TARGET"], ["export", "net-101", "TARGET"]])
def test_a_disk_that_takes_no_more_is_one_line_and_1(folder: DataFolder, tmp_path: Path, argv: list[str]) -> None:
    write_learner(folder.learner, 300)
    before = sorted(tmp_path.rglob("*"))
    target = str(tmp_path / "out.zip")
    command = [sys.executable, "-c", _WITH_A_SMALL_DISK, "--data-dir", str(folder.root)]
    command += [target if argument == "TARGET" else argument for argument in argv]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert sorted(tmp_path.rglob("*")) == before
