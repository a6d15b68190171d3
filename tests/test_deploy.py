"""The examples of `deploy/`: systemd reads the units, the program takes the commands in them, and what they
name goes together."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest

from escrutinio.cli import main
from escrutinio.cli.options import PASSPHRASE
from tests.conftest import REQUIRE_ALL
from tests.paths import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
PROGRAM = "/opt/escrutinio/bin/escrutinio"
SYSTEMD = shutil.which("systemd-analyze")
MISSING = "systemd-analyze is not installed (Debian: apt install systemd)"


def setting(unit: Path, name: str) -> str:
    """The one setting of this name in a unit."""
    (found,) = re.findall(rf"^{name}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    return str(found)


def container(name: str) -> list[str]:
    """The instructions of this name in the Containerfile, each in one line."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", "")
    return re.findall(rf"^{name} (.*)$", text, re.MULTILINE)


def parsed(words: list[str]) -> dict[str, Any]:
    """What the program's parser makes of a command line. Raises click.UsageError for one that it refuses."""
    command: click.Command = main
    context, name = None, "escrutinio"
    while isinstance(command, click.Group):
        context = command.make_context(name, words, parent=context)
        found, following, words = command.resolve_command(context, [*context._protected_args, *context.args])
        assert following is not None
        name, command = found or "", following
    return command.make_context(name, words, parent=context).params


def commands() -> dict[str, list[str]]:
    """The command lines, by who runs them, without the program."""
    found = {unit.name: shlex.split(setting(unit, "ExecStart")) for unit in UNITS}
    assert {words[0] for words in found.values()} == {PROGRAM}
    (entry,), (more,) = container("ENTRYPOINT"), container("CMD")
    assert json.loads(entry)[0] == Path(PROGRAM).name
    return {name: words[1:] for name, words in found.items()} | {
        "Containerfile": [*json.loads(entry)[1:], *json.loads(more)]
    }


@pytest.mark.parametrize("name", sorted(commands()))
def test_the_program_takes_its_command(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "of the environment file")
    here = [str(tmp_path) if word.startswith("/srv/") else word for word in commands()[name]]
    assert tmp_path in parsed(here).values()
    with pytest.raises(click.UsageError):
        parsed([*here, "--no-such-option", "1"])


def verified(unit: Path) -> str:
    """What `systemd-analyze verify` has to say of a unit."""
    if SYSTEMD is None:
        if REQUIRE_ALL:
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    done = subprocess.run([SYSTEMD, "verify", unit], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: str(unit.name))
def test_systemd_reads_the_unit(unit: Path, tmp_path: Path) -> None:
    installed = tmp_path / unit.name
    program = shutil.which("true")
    text = unit.read_text(encoding="utf-8").replace(PROGRAM, str(program))
    installed.write_text(text, encoding="utf-8")
    assert verified(installed) == ""
    installed.write_text(text.replace("ProtectHome=", "ProtectHouse="), encoding="utf-8")
    assert "ProtectHouse" in verified(installed)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: str(unit.name))
def test_a_unit_may_write_where_its_command_works_and_nowhere_else(unit: Path) -> None:
    (writes,) = setting(unit, "ReadWritePaths").split()
    assert any(word.startswith(writes) for word in commands()[unit.name])
    assert setting(unit, "ProtectSystem") == "strict"


def test_the_container_has_what_its_lines_name() -> None:
    copied: list[str] = []
    for line in container("COPY"):
        *sources, _ = line.split()
        copied += sources
    assert [name for name in copied if not (ROOT / name).exists()] == []
    (run,) = container("RUN")
    requirements = shlex.split(run)[shlex.split(run).index("--requirement") + 1]
    assert requirements in copied
    # Without isolation the package is built by what is installed: the image of Python has no setuptools.
    assert re.search(r"^setuptools==", (ROOT / requirements).read_text(encoding="utf-8"), re.MULTILINE)
    assert "--no-build-isolation" in run
    words = commands()["Containerfile"]
    assert container("EXPOSE") == [words[words.index("--port") + 1]]
    assert container("VOLUME") == [words[words.index("run") + 1]]
    assert container("USER")[0] in run


def test_receiver_publisher_and_web_server_are_of_one_election() -> None:
    nginx = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    receive, publish = (commands()[f"escrutinio-{what}.service"] for what in ("receive", "publish"))
    assert receive[2] == publish[2] == "/srv/election"
    assert re.findall(r"^\s*root (.*);", nginx, re.MULTILINE) == ["/srv/election/public"]
    behind = set(re.findall(r"proxy_pass http://127\.0\.0\.1:(\d+);", nginx))
    assert behind == {receive[receive.index("--port") + 1]}
