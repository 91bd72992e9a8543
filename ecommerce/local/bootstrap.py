"""Makes `.venv` from the lock file and hands over to it. Run by bin/up and bin/test with the system's Python.

Standard library only, and nothing of this project is imported. A `.venv` that has to change is built beside the present one and
takes its place when it is complete, so that an interrupted start leaves the one there was. A stamp says what it holds.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
# Left where an earlier version of this file was interrupted, which changed `.venv` in place.
MARKER = VENV / "incomplete"
NEXT, FORMER = ROOT / ".venv.next", ROOT / ".venv.former"
LOCKS = {"up": ["requirements.lock"], "test": ["requirements.lock", "requirements-dev.lock"]}
MODULES = {"up": "ecommerce.local", "test": "ecommerce.local.suite"}
NEEDED_BYTES = 1024**3
# The first two name another Python. Without compiled modules kept, each of ten processes would compile them at each start.
NOT_PASSED_ON = ("PYTHONHOME", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")


class Refused(Exception):
    """One sentence for the user."""


def main(arguments: list[str]) -> None:
    """Make the environment complete for the command, then become it."""
    command, rest = arguments[0], arguments[1:]
    try:
        with_lock(command)
    except Refused as error:
        sys.exit(f"bin/{command}: {error}")
    except OSError as error:
        sys.exit(f"bin/{command}: cannot prepare {VENV}: {error.strerror or error}.")
    words = [str(PYTHON), "-P", "-m", MODULES[command], *(["up"] if command == "up" else []), *rest]
    environment = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    os.execve(PYTHON, words, environment | {"PYTHONPATH": str(ROOT)})  # noqa: S606 - no shell is the point


def with_lock(command: str) -> None:
    """Complete `.venv`, one start at a time."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        ensure_installed(LOCKS[command])
    finally:
        os.close(handle)


def ensure_installed(locks: list[str]) -> None:
    """Install what the locks name where the stamp does not say that it is there."""
    restore_former()
    is_usable = runs(PYTHON) and not MARKER.exists()
    wanted = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in locks}
    installed = read_stamp() if is_usable else {}
    missing = [name for name, digest in wanted.items() if installed.get(name) != digest]
    if missing:
        require_ours()
        require_space()
        begin_next(based_on_former=is_usable)
        for name in missing:
            install(name)
        end_next(installed | wanted)


def restore_former() -> None:
    """Bring back the `.venv` that was moved aside, where a start was interrupted before the next one stood in its place."""
    if FORMER.exists() and not VENV.exists():
        FORMER.rename(VENV)


def require_ours() -> None:
    """Refuse to replace what is no folder made here."""
    if VENV.is_symlink() or VENV.is_file():
        raise Refused(f"{VENV} is not a folder of ours: move it away and start again.")


def begin_next(*, based_on_former: bool) -> None:
    """Make the next `.venv` beside the present one: of the same files, or new."""
    shutil.rmtree(NEXT, ignore_errors=True)
    if based_on_former:
        shutil.copytree(VENV, NEXT, symlinks=True, copy_function=link)
        return
    require_venv_module()
    say(f"making .venv with Python {sys.version.split()[0]}")
    run([sys.executable, "-m", "venv", "--prompt", VENV.name, str(NEXT)], what="venv")


def link(source: str, target: str) -> None:
    """Share a file, which costs no space: pip and Python replace files, and write into none. Copy where that cannot be."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        return  # what a running process was just writing
    except OSError:
        shutil.copy2(source, target)


def end_next(digests: dict[str, str]) -> None:
    """Say what is installed, and put the next `.venv` in the place of the present one."""
    for path in (NEXT / "pyvenv.cfg", *(NEXT / "bin").iterdir()):
        name_place(path)
    replace(NEXT / STAMP.name, json.dumps(digests).encode())
    shutil.rmtree(FORMER, ignore_errors=True)
    if VENV.exists():
        VENV.rename(FORMER)
    NEXT.rename(VENV)
    shutil.rmtree(FORMER, ignore_errors=True)


def name_place(path: Path) -> None:
    """Let a script name the place where it is going to stand."""
    if path.is_symlink() or not path.is_file():
        return
    content = path.read_bytes()
    if (here := os.fsencode(NEXT)) in content:
        replace(path, content.replace(here, os.fsencode(VENV)))


def replace(path: Path, content: bytes) -> None:
    """Write a file anew in one step; one that is shared with the present `.venv` keeps its content there."""
    draft = path.with_name(f"{path.name}.draft")
    draft.write_bytes(content)
    if path.exists():
        draft.chmod(path.stat().st_mode)
    draft.replace(path)


def require_venv_module() -> None:
    """Refuse where Debian left the venv module out."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Refused(
            f"{sys.executable} has no venv module: install it, on Debian and Ubuntu with "
            f"`apt install python{version}-venv`, and start again."
        )


def require_space() -> None:
    """Refuse where the packages will not fit."""
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        raise Refused(
            f"No space: the disk that holds {ROOT} has {free // 1024**2} MB free and the packages need "
            f"{NEEDED_BYTES // 1024**2} MB."
        )


def install(name: str) -> None:
    """Install one lock file, every package checked against its hash."""
    total = sum("==" in line and not line.startswith((" ", "#")) for line in (ROOT / name).open(encoding="utf-8"))
    say(f"installing {total} packages from {name}")
    options = [
        "--require-hashes",
        "--no-deps",
        "--no-input",
        "--disable-pip-version-check",
        "--root-user-action=ignore",
    ]
    run(
        [str(NEXT / "bin" / "python"), "-m", "pip", "install", *options, "--requirement", str(ROOT / name)],
        what="pip",
        total=total,
    )


def run(command: list[str], *, what: str, total: int = 0) -> None:
    """Run a command quietly, with a word of progress; Refused with its own last error where it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    lines: list[str] = []
    count, reported = 0, time.monotonic()
    for line in process.stdout or ():
        lines.append(line.strip())
        count += line.startswith("Collecting ")
        if line.startswith("Installing collected packages"):
            say("  unpacking them")
            total = 0
        elif total and time.monotonic() - reported > 3:
            reported = time.monotonic()
            say(f"  {count} of {total} fetched")
    if process.wait():
        raise Refused(explain(lines, what=what))


def explain(lines: list[str], *, what: str) -> str:
    """Return the sentence that tells best why a command failed."""
    if any("No space left on device" in line for line in lines):
        return f"No space is left on the disk that holds {ROOT}: free some and start again."
    errors = [line for line in lines if line.startswith("ERROR")] or lines[-1:] or ["no output"]
    return f"{what} failed: {errors[0].removeprefix('ERROR: ')}"


def runs(python: Path) -> bool:
    """Tell whether an interpreter starts, is new enough and has pip."""
    try:
        command = [str(python), "-I", "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def read_stamp() -> dict[str, str]:
    """Return the digest of each lock that is installed completely."""
    try:
        content = json.loads(STAMP.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def say(text: str) -> None:
    """Print a line of progress."""
    sys.stdout.write(f"[  setup ] {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
