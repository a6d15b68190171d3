"""The browser's modules under node, asked by lines of JSON (`daemon.mjs`).

A process that dies, or that says nothing for too long, is started again, and the question that it died of is
found by asking halves: that is an answer too.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer

import escrutinio.publication.browser as browser

SCRIPTS = Path(browser.__file__).parent / "assets" / "js"
DAEMON = Path(__file__).with_name("daemon.mjs")
PATIENCE = 90.0
"""Seconds that a batch of questions may take."""

_MEMORY = "--max-old-space-size=1024"


def missing() -> str:
    """Why the modules cannot be driven here, or nothing."""
    return "" if shutil.which("node") else "there is no node here (Debian: apt install nodejs)"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the modules said; or the key of their refusal; or how they broke. `seconds` of processor time."""

    said: object = None
    refused: str = ""
    broken: str = ""
    seconds: float = 0.0


class Node:
    """One process with a copy of the modules that says what they are: node asks for that, browsers do not."""

    def __init__(self) -> None:
        self._scratch = TemporaryDirectory()
        shutil.copytree(SCRIPTS, Path(self._scratch.name) / "js")
        (Path(self._scratch.name) / "package.json").write_text('{"type": "module"}')
        self._process = self._start()

    def ask(
        self, command: str, questions: Sequence[Mapping[str, object]], patience: float = PATIENCE
    ) -> list[Answer]:
        """Answers to questions of one kind, in order."""
        if not questions:
            return []
        line = self._exchange(json.dumps({"command": command, "questions": list(questions)}), patience)
        if line:
            return [Answer(**answer) for answer in json.loads(line)]
        self._end()
        self._process = self._start()
        if len(questions) == 1:
            return [Answer(broken=f"node died, or was silent for {patience:.0f} s")]
        half = len(questions) // 2
        return self.ask(command, questions[:half], patience) + self.ask(command, questions[half:], patience)

    def one(self, command: str, patience: float = PATIENCE, **question: object) -> Answer:
        """The answer to one question."""
        return self.ask(command, [question], patience)[0]

    def close(self) -> None:
        """End the process."""
        self._end()
        self._scratch.cleanup()

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _exchange(self, question: str, patience: float) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        timer = Timer(patience, self._process.kill)
        timer.start()
        try:
            self._process.stdin.write(question + "\n")
            self._process.stdin.flush()
            return self._process.stdout.readline()
        except BrokenPipeError:
            return ""
        finally:
            timer.cancel()

    def _start(self) -> subprocess.Popen[str]:
        """A process that has read the modules. Raises RuntimeError where it cannot."""
        command = ["node", "--no-warnings", _MEMORY, str(DAEMON), f"{self._scratch.name}/js"]
        errors = Path(self._scratch.name) / "errors"
        with errors.open("wb") as file:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file, encoding="utf-8"
            )
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            process.communicate()
            raise RuntimeError(f"node cannot read the modules: {errors.read_text('utf-8')[-1_000:]}")
        return process
