"""Where the address of the service comes from, and what is said of one that is wrong."""

from pathlib import Path

import pytest

from pingtopass_desktop.app.config import API_URL_VARIABLE, WrongServiceUrl, service_url


@pytest.fixture(autouse=True)
def no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(API_URL_VARIABLE, raising=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "service.toml"
    path.write_text('api_url = "https://api.example.com/"\n')
    return path


def test_a_copy_from_the_repository_names_no_service() -> None:
    assert service_url() == ""


def test_who_distributes_the_program_names_the_service_in_the_file(file: Path) -> None:
    assert service_url(file) == "https://api.example.com"


def test_the_environment_goes_before_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(API_URL_VARIABLE, " http://127.0.0.1:8000 ")
    assert service_url(file) == "http://127.0.0.1:8000"
    monkeypatch.setenv(API_URL_VARIABLE, "")
    assert service_url(file) == "https://api.example.com"


def test_a_copy_without_the_file_has_no_service(tmp_path: Path) -> None:
    assert service_url(tmp_path / "none.toml") == ""


def test_a_wrong_address_is_named_with_its_place(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('api_url = "http://api.example.com"')
    with pytest.raises(
        WrongServiceUrl, match=r"api_url in .*service\.toml: 'http://api\.example\.com' is not encrypted"
    ):
        service_url(file)
    monkeypatch.setenv(API_URL_VARIABLE, "example")
    with pytest.raises(WrongServiceUrl, match="PINGTOPASS_API_URL: 'example' is no web address"):
        service_url(file)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"api_url = ", r"cannot be read \(Invalid value"),
        (b"api_url = 7", "is no text"),
        (b'api_url = "\xff"', "cannot be read"),
    ],
)
def test_a_file_that_is_broken_is_named(file: Path, content: bytes, words: str) -> None:
    file.write_bytes(content)
    with pytest.raises(WrongServiceUrl, match=words):
        service_url(file)
