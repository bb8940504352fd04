"""How the peers start and end: their log is shown, and none outlives the tests however those end."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.peers import OAuth2Mock
from tests.fakes.processes import PeerBroken, Process, answers

_TESTS_THAT_HANG = """
import sys
from pathlib import Path
from tests.fakes.peers import oauth2_mock
with oauth2_mock(Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


def test_a_peer_that_does_not_start_shows_its_log(tmp_path: Path) -> None:
    process = Process(tmp_path / "log", lambda: False)
    with pytest.raises(PeerBroken, match=r"(?s)does not answer:.*the disk is full"):
        process.start([sys.executable, "-c", "raise SystemExit('the disk is full')"])
    assert not process.is_running


def test_a_peer_ends_with_tests_that_are_killed(tmp_path: Path, running_oauth2_mock: OAuth2Mock) -> None:
    """Takes the fixture to skip where the peer is missing."""
    command = [sys.executable, "-c", _TESTS_THAT_HANG, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        url = tests.stdout.readline().strip()
        assert answers(url + "/jwks")
        tests.send_signal(signal.SIGKILL)
    while answers(url + "/jwks"):
        pass  # the time limit of the test is the deadline
