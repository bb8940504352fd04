"""A keyring that would write secrets into a file, as some of keyrings.alt do. No sign-in may be kept in it."""

from pathlib import Path

from keyring.backend import KeyringBackend


class Keyring(KeyringBackend):
    priority = 9  # pyright: ignore[reportAssignmentType]  the base computes it

    def get_password(self, service: str, username: str) -> str | None:
        raise AssertionError("it was asked")

    def set_password(self, service: str, username: str, password: str) -> None:
        Path("secrets.txt").write_text(password)

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError("it was asked")
