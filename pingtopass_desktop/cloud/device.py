"""How this computer is called in the account's list of devices."""

import platform
import sys

from sync import wire

_MAX_NAME = 80
_MAX_PLATFORM = 40
_FIRST_WINDOWS_11 = 22000
"""The build. Windows 11 calls itself version 10."""


def this_device() -> wire.DeviceLabel:
    """The label of the computer that this program runs on."""
    return wire.DeviceLabel(name=device_name(platform.node()), platform=_platform()[:_MAX_PLATFORM])


def device_name(host: str) -> str:
    """The name of a host without its domain, and a word where it has none."""
    name = "".join(character for character in host.partition(".")[0] if character.isprintable()).strip()
    return name[:_MAX_NAME].rstrip() or "Laptop"


def _platform() -> str:
    if sys.platform == "win32":
        version = sys.getwindowsversion()
        return f"Windows {11 if version.build >= _FIRST_WINDOWS_11 else version.major}"
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0].partition('.')[0]}".strip()
    return platform.system() or "Unknown"
