"""What a start puts in order once the window is up, on a real data folder."""

from pathlib import Path

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.app.opening import close_study, keep_house, open_study
from pingtopass_desktop.study import exam, review
from pingtopass_desktop.study.context import Study


def sit_down(study: Study, seed: int) -> str:
    """Begin an exam and leave it. Returns its id."""
    sitting = exam.start(study, "net-101", seed=seed)
    sitting.suspend()
    return sitting.attempt.id


def test_the_clock_file_of_an_exam_deleted_in_the_last_run_is_removed(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    first = open_study(folder).study
    deleted, waiting = sit_down(first, 1), sit_down(first, 2)
    review.delete_attempt(first, deleted)
    close_study(first)
    second = open_study(folder).study
    keep_house(second, folder, "UTC")
    assert [path.stem for path in folder.clocks.iterdir()] == [waiting]
    close_study(second)
