"""Which account a data folder has, and which browser shows Google's page."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pingtopass_desktop.app.accounts import open_account
from pingtopass_desktop.app.config import API_URL_VARIABLE
from pingtopass_desktop.cloud.account import Standing
from pingtopass_desktop.cloud.errors import WrongAddress

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "http://127.0.0.1:9/?state=a&nonce=b"
_OPEN = "import sys; from pingtopass_desktop.app.accounts import open_browser; print(open_browser(sys.argv[1]))"


def opened(browser: str | None, path: str) -> str:
    """What a program says that opens the address, where these are its browser and its PATH."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": path}
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "TERM", "BROWSER"):
        environment.pop(name, None)
    if browser is not None:
        environment["BROWSER"] = browser
    done = subprocess.run(
        [sys.executable, "-c", _OPEN, ADDRESS], env=environment, capture_output=True, text=True, check=True, timeout=60
    )  # fmt: skip
    return done.stdout.strip()


def test_without_a_service_there_is_no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(API_URL_VARIABLE, raising=False)
    assert open_account(tmp_path) is None


def test_the_service_of_the_environment_is_that_of_the_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(API_URL_VARIABLE, "https://api.example.com/")
    account = open_account(tmp_path)
    assert account is not None
    assert account.standing == Standing()


def test_an_address_that_cannot_be_used_is_an_error_of_the_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(API_URL_VARIABLE, "api.example.com")
    with pytest.raises(WrongAddress, match=API_URL_VARIABLE):
        open_account(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="the browser is a script of a shell")
def test_the_address_is_given_to_the_browser_whole(tmp_path: Path) -> None:
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > "{tmp_path}/seen"\n', "utf-8")
    script.chmod(0o755)
    assert opened(f"{script} %s", os.environ["PATH"]) == "True"
    assert (tmp_path / "seen").read_text("utf-8") == ADDRESS


@pytest.mark.skipif(os.name != "posix", reason="the browser is a script of a shell")
def test_a_browser_that_does_not_return_is_open(tmp_path: Path) -> None:
    script = tmp_path / "browser"
    script.write_text("#!/bin/sh\nexec >/dev/null 2>&1\nwhile kill -0 $PPID; do sleep 0.1; done\n", "utf-8")
    script.chmod(0o755)
    assert opened(f"{script} %s", os.environ["PATH"]) == "True"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a browser")
def test_where_there_is_no_browser_that_is_said() -> None:
    assert opened(None, "/nowhere") == "False"
