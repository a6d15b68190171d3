"""The command `escrutinio`; as `python -m escrutinio` it is there too where scripts are not on the path."""

from __future__ import annotations

import os
import sys

from escrutinio.core.verification.ahead import begun


def run() -> None:
    """What the installed command calls. Verifying a long log begins before the commands are loaded."""
    with begun(_to_verify(sys.argv[1:])):
        from escrutinio.cli import run_main

        run_main()


def _to_verify(arguments: list[str]) -> str | None:
    """The address that stands where `verify` has it, seen without the parser; None for whatever else."""
    try:
        for number in range(3):  # a pipe is to take the number of no stream that the process lacks
            os.fstat(number)
    except OSError:
        return None
    match arguments:
        case ["verify", address, *_] if not address.startswith("-"):
            return address
    return None


if __name__ == "__main__":
    run()
