"""One window for each data folder: the first holds a lock and listens, a second asks it to come to the front."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS = 2000
_ANSWER_S = 5
"""How long a second start waits for the first to listen: it may have begun a moment ago."""

_RETRY_S = 0.1
_RAISE = b"raise\n"


def server_name(root: Path) -> str:
    """The name of the local socket of a data folder."""
    return "pingtopass-" + hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]


class RaiseServer(QObject):
    """Listens for a second start and calls `raise_window`."""

    def __init__(self, root: Path, raise_window: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._raise_window = raise_window
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        name = server_name(root)
        QLocalServer.removeServer(name)  # we hold the lock: what is left there is of a window that died
        self._server.listen(name)

    def close(self) -> None:
        self._server.close()

    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.write(b"ok\n")
            socket.flush()
            self._raise_window()


def ask_to_raise(root: Path) -> bool:
    """Ask the window that has the folder to come to the front; it may still be starting. False where none answers."""
    deadline = time.monotonic() + _ANSWER_S
    while not _ask(root):
        if time.monotonic() > deadline:
            return False
        time.sleep(_RETRY_S)
    return True


def _ask(root: Path) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(server_name(root))
    if not socket.waitForConnected(_WAIT_MS):
        return False
    socket.write(_RAISE)
    socket.flush()
    answered = socket.waitForReadyRead(_WAIT_MS)
    socket.disconnectFromServer()
    return answered
