"""Charts drawn by pyqtgraph, the only place that imports it.

Importing it with numpy takes half a second, so a page has numpy imported on a lane first. Until the charts are there,
and where that fails, the table behind a chart shows the same values.
"""


def prepare() -> None:
    """Import what needs no Qt; call it on a lane. Raises: ImportError where this computer cannot."""
    import numpy.ma  # noqa: F401


def load() -> None:
    """Import what draws; on the window's thread only, for it defines classes of Qt: PySide is not safe to do so while
    the window works. Raises: ImportError where this computer cannot."""
    from pingtopass_desktop.ui.charts import drawn  # noqa: F401
