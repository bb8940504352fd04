"""The command line: what it takes, which command runs, and how errors become one line and an exit code.

Exit codes: 0 done, 1 the environment's fault (disk full, read-only folder, damaged store), 2 bad input. Nothing here or
below imports Qt, and a command imports only what it needs. docs/command-line.md is the reference for people.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from pingtopass_desktop import __version__
from pingtopass_desktop.app.commands.output import BadInput, EnvironmentFault, complain
from pingtopass_desktop.app.config import TourOptions

WINDOW_COMMANDS = (None, "tour")
"""The commands that need a window; `__main__` sees to them."""


def main(argv: Sequence[str]) -> int:
    """Run one command that needs no window and return its exit code."""
    options = parse(argv)
    return options if isinstance(options, int) else run(options)


def parse(argv: Sequence[str]) -> argparse.Namespace | int:
    """The options of a command line, or the exit code where there is nothing to run: help, version, bad input.

    `command` is None for the window. `data_dir` and `json` are always there, further fields by command.
    """
    try:
        options = _parser().parse_args(argv)
    except BadInput as error:
        complain(str(error))
        return 2
    except SystemExit as done:  # how argparse ends --help and --version
        return done.code if isinstance(done.code, int) else 0
    if options.self_check:
        options.command = "self-check"
    return options


def tour_options(options: argparse.Namespace) -> TourOptions | None:
    """How the tour was asked for; None where the window opens for a learner."""
    if options.command != "tour":
        return None
    width, height = options.size
    return TourOptions(Path(options.folder), options.theme.replace("-", "_"), width, height, options.text_zoom)


def run(options: argparse.Namespace) -> int:
    """Run the command that `parse` found and return its exit code."""
    try:
        code = _run(options)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BadInput as error:
        complain(str(error))
        return 2
    except EnvironmentFault as error:
        complain(str(error))
        return 1
    except BrokenPipeError:
        _forget_stdout()
        return 1
    except KeyboardInterrupt:
        complain("Stopped.")
        return 130
    return code


def _run(options: argparse.Namespace) -> int:
    from pingtopass_desktop.app.commands import content, history, selfcheck

    commands = {
        "import": content.import_command,
        "export": content.export_command,
        "packs": content.packs_command,
        "exams": content.exams_command,
        "form": content.form_command,
        "search": content.search_command,
        "stats": history.stats_command,
        "backup": history.backup_command,
        "restore": history.restore_command,
        "self-check": selfcheck.self_check_command,
    }
    if options.command not in commands:
        raise BadInput("No command was given. See pingtopass --help.")
    return commands[options.command](options)


class _Parser(argparse.ArgumentParser):
    """Raises `BadInput` instead of printing its usage and leaving."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message}. See {self.prog} --help.")


def _shared() -> "_Parser":
    """The options that stand before and after the command. Parsers that share one would share its defaults too."""
    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--data-dir", metavar="DIR", type=_named, help="keep all state in DIR")
    shared.add_argument("--json", action="store_true", help="print JSON of a stable shape")
    return shared


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="pingtopass",
        parents=[_shared()],
        allow_abbrev=False,
        description="Practise and sit timed IT certification exams. Without a command the window opens.",
    )
    parser.set_defaults(data_dir=None, json=False)
    parser.add_argument("--version", action="version", version=f"pingtopass {__version__}")
    parser.add_argument("--self-check", action="store_true", help="the same as the command self-check")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[_shared()], allow_abbrev=False)

    command = add("import", "Bring a bank, or data files of one exam, into the library.")
    command.add_argument("files", nargs="+", metavar="FILE", help="bank folder or .zip, .csv, .tsv, .json or .jsonl")
    command.add_argument(
        "--exam", metavar="FILE.toml", help="rules and blueprint of the exam, and how to read the data"
    )
    command.add_argument("--dry-run", action="store_true", help="report what would be imported and write nothing")
    command = add("export", "Write an exam as a bank folder or .zip that can be changed and imported again.")
    command.add_argument("exam", metavar="EXAM", help="id or code of the exam")
    command.add_argument("target", metavar="TARGET", type=_named, help="new folder, or new file that ends in .zip")
    add("packs", "List the packs in force and their state.")
    add("exams", "List the exams with their blueprints and how many questions each objective has.")
    command = add("form", "Draw an exam form by blueprint, as a timed exam would.")
    command.add_argument("exam", metavar="EXAM", help="id or code of the exam")
    command.add_argument("--seed", type=int, required=True, metavar="N", help="the same seed draws the same form")
    command = add("search", "Search all questions, options and explanations.")
    command.add_argument("text", metavar="TEXT", help="all words must occur; the last one may be a beginning")
    command.add_argument("--exam", metavar="EXAM", help="only in this exam")
    command.add_argument("--limit", type=_at_least_one, default=20, metavar="N", help="at most N questions (20)")
    add("stats", "Count answers by day, exam and objective.")
    command = add("backup", "Write a backup of the answers and the imported banks.")
    command.add_argument("target", metavar="TARGET", type=_named, help="new .zip file")
    command = add("restore", "Put a backup in place; what it replaces is kept beside it. Close the window first.")
    command.add_argument("source", metavar="SOURCE", type=_named, help="a file that backup wrote")
    add("self-check", "Check the installation, every pack and the learner file.")
    command = add("tour", "Drive the window through every page and write a picture of each.")
    command.add_argument("folder", metavar="DIR", type=_named, help="where the pictures go")
    command.add_argument("--theme", choices=("light", "dark", "high-contrast"), default="light", help="(light)")
    command.add_argument("--dark", dest="theme", action="store_const", const="dark", help="as --theme dark")
    command.add_argument("--size", type=_size, default=(1280, 800), metavar="WxH", help="of the window (1280x800)")
    command.add_argument("--text-zoom", type=_percent, default=100, metavar="PERCENT", help="of all text (100)")
    return parser


def _named(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it is empty; a variable may not be set")
    return text


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


def _percent(text: str) -> int:
    number = text.removesuffix("%")
    if not number.isdecimal() or not 50 <= int(number) <= 400:
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage from 50 to 400")
    return int(number)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and 200 <= int(width) <= 8192 and 200 <= int(height) <= 8192):
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 1280x800, from 200 to 8192")
    return int(width), int(height)


def _forget_stdout() -> None:
    """The reader is gone, as of ``pingtopass exams | head``: nothing may be flushed to it at the end of the process."""
    import os

    handle = os.open(os.devnull, os.O_WRONLY)
    os.dup2(handle, sys.stdout.fileno())
    os.close(handle)
