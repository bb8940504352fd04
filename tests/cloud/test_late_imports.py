"""What the account needs of others is imported by the call that needs it."""

import subprocess
import sys

HEAVY = (
    "google", "httpcore2", "httpx2", "keyring", "oauthlib", "requests", "socket", "ssl", "tomllib", "truststore",
    "urllib.request", "webbrowser", "zipfile",
)  # fmt: skip

_CODE = """
import sys
from pathlib import Path
from pingtopass_desktop.cloud import account, client, errors, vault
account.Account(client.Client("https://api.example.com"), lambda: vault.open_vault("https://api.example.com", Path()))
print("\\n".join(sys.modules))
"""


def test_building_the_account_imports_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", _CODE], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert "pingtopass_desktop" in imported
    assert [name for name in HEAVY if name in imported] == []
