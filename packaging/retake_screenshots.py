"""Retakes the pictures of README and docs from the real window: ``make screenshots``."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "screenshots"
KEPT = {
    "first-run-exam": "first-run",
    "today": "today",
    "comparison": "comparison",
    "progress": "progress",
    "practice-multi_select-feedback": "practice",
    "exam-setup": "exam-setup",
    "exam-code-and-strikes": "exam",
    "exam-review-screen": "review-screen",
    "score-report": "report",
    "answer-review": "answers",
    "library-search": "library",
    "account-signed-in": "account",
}


def main() -> None:
    """Write each kept page in light, and the exam in dark too."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for is_dark in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pingtopass_desktop", "tour", folder, *(["--dark"] if is_dark else [])]
            subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
            for path in sorted(Path(folder).glob("*.png")):
                page = path.stem.partition("-")[2]
                if page in KEPT and (not is_dark or KEPT[page] == "exam"):
                    shutil.copyfile(path, TARGET / f"{KEPT[page]}{'-dark' if is_dark else ''}.png")


if __name__ == "__main__":
    main()
