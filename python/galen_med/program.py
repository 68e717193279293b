"""Starts the galen program."""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys

PARTIAL_FAILURE = 8  # some of several inputs failed, the others are done


class GalenError(RuntimeError):
    """The program ended without a result; `exit_code` is one of those of `galen --help`."""

    def __init__(self, message, exit_code):
        super().__init__(message)
        self.exit_code = exit_code


def find_program(program=None):
    found = program or os.environ.get("GALEN_PROGRAM") or shutil.which("galen")
    if not found:
        raise GalenError("galen is not on the PATH; name it by program= or GALEN_PROGRAM", 3)
    return str(found)


def _end_with_parent():
    """A worker that is killed takes its program along (Linux)."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def run_json(arguments, program=None):
    """What the program prints as JSON. Raises GalenError unless it ended with 0 or 8."""
    command = [find_program(program), *map(str, arguments), "--json", "--quiet"]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,
    )
    if done.returncode not in (0, PARTIAL_FAILURE):
        message = done.stderr.strip() or f"galen ended with {done.returncode}"
        raise GalenError(message.removeprefix("galen: error: "), done.returncode)
    return json.loads(done.stdout)


def options(**values):
    """Command-line options of keyword arguments: patch_size=224 is --patch-size 224. None is left
    out, True is a flag, a list repeats the option."""
    words = []
    for name, value in values.items():
        option = "--" + name.replace("_", "-")
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if item is None or item is False:
                continue
            words += [option] if item is True else [option, item]
    return words
