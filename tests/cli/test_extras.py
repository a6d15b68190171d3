"""What a base install does, and what it says of the rest: every package but those of the base is hidden."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest

from escrutinio.base.extras import MODULES
from escrutinio.cli import COMMANDS, NEEDS
from escrutinio.core.records.entry import open_record
from escrutinio.core.records.types import TallySheet
from tests.cli.running import PRESIDENCY, SEED
from tests.cli.test_check_command import entries
from tests.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
BASE = set(COMMANDS) - set(NEEDS)
"""The commands that a base install has."""


def package(requirement: str) -> str:
    """The name of the package that a requirement asks for, as names are compared."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def with_what_they_need(names: set[str]) -> set[str]:
    """These packages, and all that pip installs with them."""
    found: set[str] = set()
    while names:
        name = names.pop()
        found.add(name)
        try:
            more = requires(name) or []
        except PackageNotFoundError:
            continue
        names |= {package(each) for each in more if "extra ==" not in each} - found
    return found


def hidden() -> list[str]:
    """The modules that are installed here and that a base install does not bring."""
    base = with_what_they_need({package(each) for each in PROJECT["dependencies"]})
    return sorted(
        module
        for module, packages in packages_distributions().items()
        if module not in ("escrutinio", "tests") and not base & {package(name) for name in packages}
    )


ASK = """
import json, sys
hidden, asked = json.loads(sys.stdin.read())

class Hidden:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hidden)
from click.testing import CliRunner
from escrutinio.cli import main
answers = []
for words in asked:
    done = CliRunner().invoke(main, words)
    fault = done.exception and not isinstance(done.exception, SystemExit)
    answers.append([done.exit_code, done.stdout, done.stderr, repr(done.exception) if fault else ""])
print(json.dumps(answers))
"""


def ask(*asked: tuple[object, ...], lang: str = "en") -> list[Any]:
    """Exit code, output, errors and fault of each of these commands, in one process with the base alone."""
    given = json.dumps([hidden(), [[*map(str, words)] for words in asked]])
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        input=given,
        capture_output=True,
        text=True,
        env={**os.environ, "ESCRUTINIO_LANG": lang, "ESCRUTINIO_PASSPHRASE": "x"},
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    assert [fault for *_, fault in answers] == [""] * len(answers)
    return answers


def request(key: object) -> tuple[object, ...]:
    """Asking for a key to be enrolled."""
    return "keys", "request", key, "--election", "ab" * 32, "--role", "party"


def test_the_base_does_its_work_alone(miniature: Path, tmp_path: Path) -> None:
    trusted = ("--trust", miniature / "trust.toml")
    sheet = next(raw for raw in entries(miniature) if isinstance(open_record(raw).body, TallySheet))
    (tmp_path / "sheet.cose").write_bytes(sheet)
    (tmp_path / "table.csv").write_text("MESA,ROJO,AZUL\n1,3,4\n2,5,6\n")
    asked: list[tuple[object, ...]] = [
        ("verify", miniature, *trusted),
        ("check", tmp_path / "sheet.cose", "--log", miniature, *trusted),
        ("show", "N1.01", "--log", miniature, *trusted),
        ("trust", "show", miniature / "trust.toml"),
        ("keys", "new", "party/azul", "-o", tmp_path / "k"),
        (*request(tmp_path / "k"), "-o", tmp_path / "k.request"),
        ("extract", "N", "--log", miniature, "-o", tmp_path / "n.zip", *trusted),
        ("irreversibility", miniature, *PRESIDENCY, *trusted),
        ("claims", miniature, *PRESIDENCY, *trusted),
        ("audit", "plan", miniature, *PRESIDENCY, *trusted),
        ("quickcount", "sample", miniature, *PRESIDENCY, "--seed", SEED, "--take", "3", *trusted),
        ("screen", miniature, *PRESIDENCY, "--reps", "399", "--svg", tmp_path / "plots", *trusted),
        ("reconcile", f"{miniature}#reported", f"{miniature}#ruled", *trusted),
        *((name, "--help") for name in sorted(BASE)),
    ]
    answers = ask(*asked)
    assert [
        (words[0], code, err) for words, (code, _, err, _) in zip(asked, answers, strict=True) if code
    ] == []
    verified = answers[0][1]
    assert "Every check holds; the origin is authenticated." in verified
    assert "not compared here" in verified  # the workbooks need Polars, and nothing says that they hold


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_help_of_each_other_command_ends_with_what_to_install(lang: str) -> None:
    names = {name: (name,) for name in NEEDS} | {"collect init": ("collect", "init")}
    answers = ask(*((*words, "--help") for words in names.values()), lang=lang)
    for name, (code, out, err, _) in zip(names, answers, strict=True):
        assert (code, err) == (0, ""), name
        assert len(out.splitlines()) > 8
        extras = NEEDS[name.partition(" ")[0]]
        assert f"pip install 'escrutinio[{','.join(extras)}]'" in out.splitlines()[-1]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_each_other_command_says_what_to_install(miniature: Path, tmp_path: Path, lang: str) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    asked: list[tuple[object, ...]] = [(name, "nowhere") for name in NEEDS]
    asked.append(("check", tmp_path / "photo.png", "--log", miniature))
    asked.append((*request("pkcs11:object=x?module-path=/m"), "-o", tmp_path / "x"))
    named = [*NEEDS.values(), ("scan",), ("token",)]
    for extras, (code, out, err, _) in zip(named, ask(*asked, lang=lang), strict=True):
        assert (code, out, len(err.splitlines())) == (2, "", 1), err
        assert f"pip install 'escrutinio[{','.join(extras)}]'" in err
        assert ("base install" if lang == "en" else "instalación básica") in err


def test_extras_are_those_of_the_project() -> None:
    extras = PROJECT["optional-dependencies"]
    modules = packages_distributions()
    base = with_what_they_need({package(each) for each in PROJECT["dependencies"]})
    for extra, names in MODULES.items():
        wanted = with_what_they_need({package(each) for each in extras[extra]} - {"escrutinio"})
        if "escrutinio[paper]" in extras[extra]:
            wanted |= with_what_they_need({package(each) for each in extras["paper"]})
        for name in names:
            brings = {package(each) for each in modules[name]}
            assert brings & wanted, (extra, name)
            assert not brings & base
    of_one_machine = sorted(MODULES.keys() - {"dask"})
    assert extras["all"] == [f"escrutinio[{','.join(of_one_machine)}]"]
