"""Charts drawn by pyqtgraph, the only place that imports it.

Importing it with numpy takes half a second, so a page has numpy imported on a lane first, and the rest in turns of the
event loop. Until the charts are there, and where that fails, the table behind a chart shows the same values.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from PySide6 import QtCore, QtGui, QtWidgets

_CLASSES_AT_ONCE = 60
_WITHOUT_QT = ("numpy.ma", "numpy.typing", "multiprocessing.connection", "pydoc", "xml.etree.ElementTree")
"""What pyqtgraph imports beside its own modules and those of Qt, as far as it takes long."""


def prepare() -> None:
    """Import what needs no Qt; call it on a lane. Raises: ImportError where this computer cannot."""
    for name in _WITHOUT_QT:
        import_module(name)


def names_first() -> Iterator[Callable[[], object]]:
    """Steps to take before `load`, each in a turn of the event loop: PySide makes a class when it is first named, and
    pyqtgraph names them all at once."""
    for module in (QtCore, QtGui, QtWidgets):
        names = dir(module)
        for first in range(0, len(names), _CLASSES_AT_ONCE):
            yield partial(_name, module, names[first : first + _CLASSES_AT_ONCE])


def load() -> None:
    """Import what draws. On the window's thread only, for it defines classes of Qt: PySide is not safe to do so while
    the window works. Keys, clicks and painting get their turns before each of the hundred modules of pyqtgraph.
    Raises: ImportError where this computer cannot."""
    turns = _Turns()
    sys.meta_path.insert(0, turns)
    try:
        from pingtopass_desktop.ui.charts import drawn  # noqa: F401
    finally:
        sys.meta_path.remove(turns)


def _name(module: ModuleType, names: Sequence[str]) -> None:
    for name in names:
        getattr(module, name)


class _Turns(MetaPathFinder):
    """Finds nothing; takes a turn of the event loop when it is asked for a module of pyqtgraph."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.startswith("pyqtgraph."):
            QtCore.QCoreApplication.processEvents()
        return None
