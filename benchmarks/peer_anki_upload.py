"""Uploads a copy of a collection to a sync server of Anki's, run by the peer's own Python; imports nothing of ours.

Usage: peer_anki_upload.py COLLECTION ENDPOINT WORK.
"""

import shutil
import sys
from pathlib import Path

from anki.collection import Collection  # pyright: ignore[reportMissingImports]

source, endpoint, work = sys.argv[1:]
copy = Path(work) / "upload.anki2"
shutil.copyfile(source, copy)
collection = Collection(str(copy))
login = collection.sync_login("a", "b", endpoint)
collection.close_for_full_sync()
collection.full_upload_or_download(auth=login, server_usn=None, upload=True)
