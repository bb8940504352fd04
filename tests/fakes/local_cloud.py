"""The whole service on loopback, to try the application against: the API, its database and a sign-in server.

``make cloud``; Ctrl-C stops it, and what it held is gone.
"""

import secrets
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.peers import LEARNERS, emulated_google, sqld
from tests.fakes.processes import PeerBroken
from tests.fakes.service import ServiceProcess


@contextmanager
def local_cloud(folder: Path) -> Iterator[ServiceProcess]:
    """A running service that keeps its accounts in an sqld below `folder`."""
    with sqld(folder / "accounts") as database, emulated_google(folder / "sign-in") as google:
        settings = {
            "ENVIRONMENT": "development", "DATA_DIR": str(folder), "TURSO_DATABASE_URL": database.url,
            "JWT_SECRET": secrets.token_hex(32), "GOOGLE_CLIENT_ID": google.client_id,
            "GOOGLE_CLIENT_SECRET": google.client_secret, "GOOGLE_DISCOVERY_URL": google.discovery_url,
        }  # fmt: skip
        with ServiceProcess(settings) as service:
            yield service


def main() -> int:
    """Returns when it is told to stop."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with tempfile.TemporaryDirectory(prefix="pingtopass-cloud-") as name, local_cloud(Path(name)) as service:
            print(f"The service runs at {service.url}; its log is {service.log}.")
            print("Start the application against it, with a data folder of its own:\n")
            # The sign-in server speaks no TLS, which the application refuses unless it is told that this is a test.
            settings = f"OAUTHLIB_INSECURE_TRANSPORT=1 PINGTOPASS_API_URL={service.url}"
            print(f"  {settings} make run ARGS='--data-dir {Path(name) / 'laptop'}'\n")
            print(f"Sign in as {' or '.join(person.email for person in LEARNERS if person.is_verified)}.")
            print("Ctrl-C stops all of it.", flush=True)
            stop.wait()
    except PeerBroken as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
