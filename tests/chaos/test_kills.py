"""SIGKILL at any moment of an exam, of a start, of a publication, of a backup: nothing confirmed is lost."""

from pathlib import Path
from random import Random

import pytest

from tests.chaos.children import Children
from tests.chaos.exam_chain import TOLERANCE_MS, Chain
from tests.fakes.counts import runs

KINDS = ("anytime", "after a line", "anytime", "resume", "after a line", "anytime", "start", "anytime")
SUBMIT_EVERY = 25


@pytest.mark.timeout(3600)
def test_no_kill_in_an_exam_loses_an_answer_a_mark_or_more_than_a_second(
    children: Children, data: Path, random: Random, capsys: pytest.CaptureFixture[str]
) -> None:
    chain = Chain(children, data, random)
    for number in range(runs(8, 300)):
        is_submit = number % SUBMIT_EVERY == SUBMIT_EVERY - 1
        chain.live("submit" if is_submit else KINDS[number % len(KINDS)])
    chain.check_what_is_on_disk()
    with capsys.disabled():
        print(f"\n{chain.tally}")
    assert chain.tally.lost == []
    assert [error for error in chain.tally.clock_errors if abs(error) > TOLERANCE_MS] == []
