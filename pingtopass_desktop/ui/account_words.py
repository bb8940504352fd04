"""What the window says of the account. No widgets."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pingtopass_desktop.cloud.errors import AccountGone, CloudError, SignInFailed
from pingtopass_desktop.ui.words import date_text, full_moment_text, unbroken

if TYPE_CHECKING:
    from pingtopass_desktop.cloud.account import SignedOff, SignInProgress
    from sync.wire import Device

WHAT_FOR = (
    "With an account you see by name on which devices you are signed in and can sign out of each from afar. You can "
    "export what the service holds about you, and delete it. Your answers stay on this laptop: no account is needed to "
    "study."
)
LOOKING = "Looking for your sign-in… The keyring of this computer may ask you to unlock it."
NO_SERVICE = (
    "This PingToPass is connected to no account service. You lose nothing by it: everything about study works without "
    "an account, and your answers stay on this laptop.",
    "Who gives PingToPass to you can connect it: api_url in resources/service.toml, or PINGTOPASS_API_URL in the "
    "environment, holds the address of the service.",
)
ENDED = "You are signed out: your sign-in expired, or it was ended on another device. Nothing on this laptop was lost."
DELETION = (
    "Your account and all that the service holds about you will be removed in 14 days. Until then one press takes that "
    "back. You cannot use the account meanwhile, save to export your data. This laptop keeps its own answers."
)
DELETION_PENDING = (
    "Then all that the service holds about you is removed. Until then you can take that back, or export your data. "
    "This laptop keeps its own answers."
)
EVERYWHERE = (
    "This laptop and every other device will be signed out, and each asks you to sign in again. That cannot be taken "
    "back. What was answered stays where it is."
)
SIGN_IN_STOPPED = "Sign-in cancelled. Nothing was changed."
_SERVICE_DOES_NOT_KNOW = "The service was not reached and does not know yet"


def step_words(progress: "SignInProgress | None") -> tuple[str, str]:
    """Where a sign-in is, and what the learner can do meanwhile."""
    step = progress.step.name if progress is not None else "ASKING"
    if step == "ASKING" or progress is None:
        return "Asking the service…", ""
    if step != "WAITING":
        return "Checking what Google said…", ""
    if progress.is_browser_open:
        return (
            "Waiting for your browser…",
            "Choose your Google account on the page that has opened, then come back here. No page there? Open it "
            "again, or copy its address into a browser on this laptop.",
        )
    return (
        "No browser could be opened.",
        "Copy the address and open it in any browser on this laptop. PingToPass waits for it.",
    )


def was_signed_in(email: str) -> str:
    return f"You were signed in as {email}. That sign-in expired, or it was ended on another device."


def ended_words(error: CloudError) -> str:
    """One line about a sign-in that is over."""
    return str(error) if isinstance(error, AccountGone) else ENDED


def sign_in_failed(error: CloudError) -> str:
    return str(error) if isinstance(error, SignInFailed) else f"You are not signed in. {error}"


def signed_off_words(result: "SignedOff", *, everywhere: bool) -> str:
    """What a sign-out reached."""
    words = "You are signed out on this laptop."
    if everywhere and result.is_service_told:
        words = "You are signed out everywhere."
    elif everywhere:
        words += f" {_SERVICE_DOES_NOT_KNOW}, so your other devices are still signed in."
    elif not result.is_service_told:
        words += f" {_SERVICE_DOES_NOT_KNOW}."
    if not result.is_service_told:
        words += " PingToPass tells it at the next start with a connection, or now if you try again."
    if not result.is_forgotten:
        words += " The keyring of this computer still holds your sign-in"
        words += ", which no longer works." if result.is_service_told else ": you are signed in after the next start."
        words += " Unlock the keyring and try again to remove it."
    return words


def deletion_heading(due_at_ms: int) -> str:
    return f"Your account will be deleted on {unbroken(full_moment_text(due_at_ms))}"


def breakable(text: str) -> str:
    """A long name or address with places where a narrow line may break it."""
    return _BREAKS.sub("\\1\u200b", text) if len(text) > _LONG else text


_LONG = 24
_BREAKS = re.compile(r"([@._+\-]|[^\s@._+\-]{16})")


def used_text(at_ms: int, now: datetime) -> str:
    """When a device was used last: ``today``, ``yesterday``, ``20 November``."""
    days = (now.date() - datetime.fromtimestamp(at_ms / 1000).astimezone().date()).days
    return "today" if days <= 0 else "yesterday" if days == 1 else date_text(at_ms)


def in_order(devices: "Sequence[Device]") -> "list[Device]":
    """This laptop first, then those used last."""
    return sorted(devices, key=lambda each: (not each.is_this, -each.used_at, each.id))


def devices_text(devices: "Sequence[Device]", now: datetime) -> str:
    """``This laptop · Tower, 20 November · 2 more``."""
    names = [
        "This laptop" if each.is_this else f"{each.name}, {used_text(each.used_at, now)}" for each in in_order(devices)
    ]
    more = len(names) - _NAMED
    return " · ".join(names[:_NAMED] + ([f"{more} more"] if more > 0 else []))


_NAMED = 3


def device_hint(device: "Device", now: datetime) -> str:
    """``This laptop · Linux · last used today``."""
    parts = ["This laptop"] if device.is_this else []
    parts += [device.platform] if device.platform else []
    return " · ".join([*parts, f"last used {used_text(device.used_at, now)}"])
