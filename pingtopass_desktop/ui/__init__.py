"""The window: the only package with Qt widgets. It shows what use cases return and never reads or writes by itself."""
