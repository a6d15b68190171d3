"""What happened at a hub, for whoever runs it: a JSON object a line, in `private/hub.log`; and what somebody
did there, in `private/operators.log`. Neither is ever published."""

from __future__ import annotations

import getpass
import json
import os
from contextlib import suppress
from datetime import UTC, datetime

from escrutinio.base.clock import now
from escrutinio.base.errors import LogError
from escrutinio.base.files import PRIVATE, opener
from escrutinio.running.workspace.workspace import Workspace

EVENTS, DONE = "hub.log", "operators.log"


def note(workspace: Workspace, event: str, **values: object) -> None:
    """Note an event with values that JSON has. A disk that is full loses the line, and nothing else."""
    with suppress(LogError):
        _append(workspace, EVENTS, {"event": event, **values})


def note_done(workspace: Workspace, what: str, **values: object) -> None:
    """Note what the user of this account did. Raises LogError where it cannot be: then it is not done."""
    _append(workspace, DONE, {"what": what, "account": _account(), "process": os.getpid(), **values})


def _append(workspace: Workspace, name: str, values: dict[str, object]) -> None:
    moment = datetime.fromtimestamp(now(), UTC).isoformat().replace("+00:00", "Z")
    line = json.dumps({"at": moment} | values, ensure_ascii=False).encode() + b"\n"
    path = workspace.private / name
    try:
        with open(path, "ab", buffering=0, opener=opener(PRIVATE)) as file:
            file.write(line)
            if name == DONE:
                os.fsync(file.fileno())
    except OSError as error:
        raise LogError("file-not-written", path=path, why=error.strerror or str(error)) from None


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid()) if hasattr(os, "getuid") else ""
