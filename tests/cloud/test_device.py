"""The label of this computer in the list of devices."""

import msgspec
import pytest

from pingtopass_desktop.cloud.device import device_name, this_device
from sync import wire


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("kitchen", "kitchen"),
        ("kitchen.fritz.box", "kitchen"),
        ("Ada’s MacBook Pro.local", "Ada’s MacBook Pro"),
        ("", "Laptop"),
        (".local", "Laptop"),
        (" \t\x00\x1b ", "Laptop"),
        ("x" * 200, "x" * 80),
        ("x" * 79 + " y", "x" * 79),
    ],
)
def test_a_computer_is_called_as_its_host_without_the_domain(host: str, name: str) -> None:
    assert device_name(host) == name


def test_the_label_of_this_computer_is_one_that_the_service_takes() -> None:
    label = this_device()
    assert msgspec.json.decode(msgspec.json.encode(label), type=wire.DeviceLabel) == label
    assert label.platform.split()[0] in ("Linux", "Windows", "macOS")
