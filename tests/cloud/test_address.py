"""Which addresses may be those of the service."""

import pytest

from pingtopass_desktop.cloud.address import service_address
from pingtopass_desktop.cloud.client import Client
from pingtopass_desktop.cloud.errors import WrongAddress


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://api.example.com", "https://api.example.com"),
        (" https://api.example.com/ \n", "https://api.example.com"),
        ("https://api.example.com:8443/study/", "https://api.example.com:8443/study"),
        ("https://192.0.2.7", "https://192.0.2.7"),
        ("https://[2001:db8::7]:8443", "https://[2001:db8::7]:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("HTTPS://API.example.com", "HTTPS://API.example.com"),
    ],
)
def test_addresses_of_services_are_taken(text: str, address: str) -> None:
    assert service_address(text) == address


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no web address"),
        ("api.example.com", "no web address"),
        ("ftp://api.example.com", "no web address"),
        ("https://", "no web address"),
        ("https://:443", "no web address"),
        ("https://api.example.com:port", "no web address"),
        ("https://api.example.com:99999", "no web address"),
        ("https://api.example.com:0", "no web address"),
        ("https://[::1", "no web address"),
        ("https://exa mple.com", "no web address"),
        ("https://-api.example.com", "no web address"),
        ("https://api.example.com/a b", "more than host, port and path"),
        ("https://api.exa\nmple.com", "more than host, port and path"),
        ("https://user@api.example.com", "more than host, port and path"),
        ("https://user:secret@api.example.com", "more than host, port and path"),
        ("https://api.example.com?x=1", "more than host, port and path"),
        ("https://api.example.com#x", "more than host, port and path"),
        ("http://api.example.com", "is not encrypted"),
        ("http://192.168.1.7:8000", "is not encrypted"),
        ("http://localhost.example.com", "is not encrypted"),
        ("http://0.0.0.0:8000", "is not encrypted"),
    ],
)
def test_other_addresses_are_refused_with_a_reason(text: str, words: str) -> None:
    with pytest.raises(WrongAddress, match=words):
        service_address(text)
    with pytest.raises(WrongAddress):
        Client(text)
