"""Charts drawn by pyqtgraph, the only place that imports it.

Importing it with numpy takes half a second, so a page calls `load` on a lane, never on the window's thread, and builds
its charts when that has come back. Until then, and where it fails, the table behind a chart shows the same values.
"""


def load() -> None:
    """Import what draws; call it on a lane. Raises: ImportError where this computer cannot."""
    from pingtopass_desktop.ui.charts import drawn  # noqa: F401
