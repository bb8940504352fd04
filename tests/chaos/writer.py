"""A child process that writes without end: releases of a bank, or backups. It says on stdout what is done.

Usage: ``python -m tests.chaos.writer publish|backup DATA_DIR``. A line is the name of a file that is complete.
"""

import os
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.study.backup import back_up
from tests.fakes.banks import make_bank, publish_bank


def main() -> None:
    what, folder = sys.argv[1], DataFolder(Path(sys.argv[2]))
    for number in count():
        if what == "publish":
            done = publish_bank(make_bank(per_objective=20 + number % 2), folder.packs)
        else:
            done = folder.root / f"backup-{os.getpid()}-{number}.zip"
            back_up(folder.learner, folder.packs, done, datetime.now(UTC))
        os.write(sys.stdout.fileno(), f"{done.name}\n".encode())


if __name__ == "__main__":
    main()
