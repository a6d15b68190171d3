"""Running the evidence commands, in a process of their own or in this one; what holds of every answer."""

import json
import os
import re
import subprocess
import sys
from typing import Any

from click.testing import CliRunner, Result

from escrutinio.cli import main
from tests.paths import ROOT

SEED = "27182818284590452353"
PRESIDENCY = ("--contest", "presidencia")
OFFICER = ("--as", "authority/officer-1")


def escrutinio(*arguments: object, lang: str = "en", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in this process, which costs a tenth; its output must hold no traceback.

    Its answers are in this language; what `--help` says was chosen when its module was loaded, in English.
    `test_endings.py` asks how real processes end.
    """
    words = [*map(str, arguments)]
    done = in_process(*words, **{"ESCRUTINIO_LANG": lang, **environment})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.stderr + done.stdout
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def process(*arguments: object, lang: str = "en", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own; its output must hold no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "escrutinio", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "NO_COLOR": "1", "ESCRUTINIO_LANG": lang, **environment},
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr + done.stdout
    return done


def said(*arguments: object, lang: str = "en", **environment: str) -> str:
    """What it prints, blanks between columns taken as one."""
    done = escrutinio(*arguments, lang=lang, **environment)
    assert done.returncode == 0, done.stderr
    return re.sub(" +", " ", done.stdout)


def in_process(*arguments: object, **environment: str) -> Result:
    """Run the command in this process, which is faster, in English unless the environment says otherwise."""
    return CliRunner().invoke(
        main, [*map(str, arguments)], env={"ESCRUTINIO_LANG": "en", "NO_COLOR": "1", **environment}
    )


def answered(*arguments: object, **environment: str) -> dict[str, Any]:
    """Its JSON, in which every key is documented and every sentence stands in both languages."""
    done = in_process(*arguments, "--json", **environment)
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["version"] == 1
    assert not _keys(found) - DOCUMENTED
    assert set(found.get("sentences", LANGUAGES)) == set(LANGUAGES)
    return found


def refused(*arguments: object, **environment: str) -> str:
    """What it says where it does nothing."""
    done = in_process(*arguments, **environment)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert 20 < len(done.stderr.strip()) < 600
    return done.stderr


LANGUAGES = ("en", "es")
DOCUMENTED = frozenset(re.findall(r"`([a-z_]+)`", (ROOT / "docs/evidence.md").read_text()))
OPEN_KEYS = frozenset(
    {"votes", "votes_with_disputed", "says", "details", "chance_of_none", "boxes_for_chance"}
)
"""Tables whose keys are data: candidates, a record's fields, figures of a screen, numbers of boxes."""


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        inside = (_keys(item) for key, item in value.items() if key not in OPEN_KEYS)
        named = {key for key in value if key not in LANGUAGES}
        return named.union(*inside)
    return set().union(*map(_keys, value)) if isinstance(value, list) else set()
