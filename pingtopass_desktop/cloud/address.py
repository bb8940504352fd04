"""The address of the service: which ones may be used. It reads no setting and opens no connection."""

import ipaddress
import re

from pingtopass_desktop.cloud.errors import WrongAddress

_HOST = re.compile(r"(?!-)[A-Za-z0-9_.-]{1,253}|[0-9A-Fa-f:.]{2,45}")


def service_address(text: str) -> str:
    """The address without its last slash.

    Tokens travel to it, so it must be `https`; `http` is allowed on this computer only. Raises: WrongAddress.
    """
    from urllib.parse import urlsplit  # not on every start

    address = text.strip()
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise WrongAddress(f"{text!r} is no web address ({error}). Use one like https://api.example.com.") from error
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or port == 0:
        raise WrongAddress(f"{text!r} is no web address. Use one like https://api.example.com.")
    if parts.username is not None or parts.query or parts.fragment or re.search(r"\s", address):
        raise WrongAddress(f"{text!r} has more than host, port and path. Use one like https://api.example.com.")
    if parts.scheme == "http" and not _is_this_computer(host):
        raise WrongAddress(f"{text!r} is not encrypted. Use https; http is for a service on this computer only.")
    return address.rstrip("/")


def _is_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
