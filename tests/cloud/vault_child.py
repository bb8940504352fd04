"""A program that keeps a sign-in in the keyring of its session. usage: python -m tests.cloud.vault_child FOLDER DO…

`save TEXT`, `load`, `clear`, each printed as a line of JSON; `why` it is not remembered, or "".
"""

import json
import sys
from pathlib import Path

from pingtopass_desktop.cloud.errors import VaultUnavailable
from pingtopass_desktop.cloud.vault import Kept, open_vault

SERVICE = "https://api.example.com"


def main(folder: Path, commands: list[str]) -> None:
    vault = open_vault(SERVICE, folder)
    while commands:
        command = commands.pop(0)
        try:
            match command:
                case "save":
                    vault.save(Kept(commands.pop(0), "an-attempt"))
                    said = "saved"
                case "clear":
                    vault.save(Kept())
                    said = "cleared"
                case "load":
                    said = vault.load().refresh_token
                case "why":
                    said = vault.why_not_remembered
                case _:
                    raise SystemExit(f"no command {command}")
        except VaultUnavailable as error:
            said = f"unavailable: {error}"
        print(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
