"""The Qt binding must not eat references to None: PySide6 6.12.0 did, and killed Python 3.11 (docs/decisions/0003)."""

import sys

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot


def test_calls_that_return_nothing_keep_the_count_of_none(qtbot: QtBot) -> None:
    button = QPushButton("Next")
    qtbot.addWidget(button)
    before = sys.getrefcount(None)
    for _ in range(1000):
        button.setEnabled(True)
    assert sys.getrefcount(None) > before - 500
