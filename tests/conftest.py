"""What all tests share: a quiet Hypothesis, a real Chromium, and skips that say why."""

import gc
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING

import hypothesis
import pytest

from escrutinio.base.cores import FEWER
from escrutinio.base.garbage import look_seldom
from escrutinio.core.records import keyfiles
from tests.paths import ROOT
from tests.tokens import Card, plug_in, softhsm

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


# No deadline: a busy machine is not a failure. The same examples on every run: a failure can be repeated.
# `make test-explore` takes others each time, and four times as many, by a seed that it prints.
_ALWAYS = hypothesis.settings(deadline=None, database=None)
hypothesis.settings.register_profile("escrutinio", _ALWAYS, derandomize=True, max_examples=25)
hypothesis.settings.register_profile("exploring", _ALWAYS, derandomize=False)
hypothesis.settings.load_profile("escrutinio")

# Texts are chosen when their modules are loaded: in the tests' own process they are English.
os.environ["ESCRUTINIO_LANG"] = "en"

# Several run tests at once: commands that started two more processes each would cost half as much again.
# A whole country has all cores, and what asks for processes gets them anyway.
os.environ[FEWER] = "1"

# A passphrase is stretched once, not in each command of a test that reads the same key file again: the same
# bytes, for a sixth of the time that all commands take.
keyfiles._derive = cache(keyfiles._derive)

_TESTS = count()

# `.ci/run` sets this: there, what would be skipped for want of a program is an error instead.
REQUIRE_ALL = os.environ.get("ESCRUTINIO_REQUIRE_ALL") == "1"

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@cache
def chromium_path(*, whole: bool = False) -> str | None:
    """The Chromium that ESCRUTINIO_CHROMIUM names, or the first found on this machine by its usual names.

    Its engine without a browser's windows around it comes before the `whole`: a page costs it a quarter.
    """
    usual = ("chromium", "chromium-browser", "google-chrome")
    known = usual if whole else ("chromium-headless-shell", *usual)
    named = os.environ.get("ESCRUTINIO_CHROMIUM")
    return next((path for name in ((named,) if named else known) if (path := shutil.which(name))), None)


@cache
def _missing(marker: str) -> str | None:
    """Why tests with this marker cannot run here, or None when they can."""
    if marker == "browser":
        package = "chromium-headless-shell"
        return None if chromium_path() else f"there is no Chromium here (Debian: apt install {package})"
    if marker == "node":
        return None if shutil.which("node") else "there is no node here (Debian: apt install nodejs)"
    if marker == "token":
        return None if softhsm() else "there is no SoftHSM 2 here (Debian: apt install softhsm2)"
    strace = shutil.which("strace")
    if strace is None:
        return "there is no strace here (Debian: apt install strace)"
    traced = subprocess.run([strace, "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return None if traced.returncode == 0 else f"strace may not trace here: {traced.stderr.strip()}"


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name long bytes by nothing of theirs: archives made for a test hold the time of day, and so does their
    length once they are compressed, while all workers must give a test the same name."""
    return f"{argname}-bytes" if isinstance(val, bytes) and len(val) > 16 else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs the example of 2024 published is slow, whatever it then does with it.

    Of the cases of a test marked `one_in(n)`, `make test` runs every n-th, and the others are slow.
    """
    before: Counter[str] = Counter()
    for item in items:
        if "venezuela" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
        if mark := item.get_closest_marker("one_in"):
            test = item.nodeid.partition("[")[0]
            if before[test] % mark.args[0]:
                item.add_marker(pytest.mark.slow)
            before[test] += 1


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """The tests and their modules stay to the end: looking for garbage among them costs a second each time,
    and every process that is forked would copy them."""
    gc.collect()
    look_seldom()


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in ("browser", "node", "strace", "token"):
        if item.get_closest_marker(marker) and (reason := _missing(marker)):
            if REQUIRE_ALL:
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)


@pytest.fixture(autouse=True, scope="session")
def _memory_of_fixtures(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is made for many tests remembers nothing in the home of whoever runs them."""
    os.environ["ESCRUTINIO_STATE"] = str(tmp_path_factory.getbasetemp() / "state")


@pytest.fixture(autouse=True)
def _own_memory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command remembers of logs is that of its test alone."""
    monkeypatch.setenv("ESCRUTINIO_STATE", str(tmp_path_factory.getbasetemp() / f"state-{next(_TESTS)}"))


@pytest.fixture(autouse=True)
def _own_cores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done with the example of a whole country is done on all cores."""
    if "venezuela" in request.fixturenames:
        monkeypatch.delenv(FEWER)


@pytest.fixture
def card(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Card:
    """A new token, plugged in; for tests marked `token`."""
    monkeypatch.setenv("SOFTHSM2_CONF", "")
    return plug_in(tmp_path_factory.mktemp("token"))


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """A headless Chromium with a fresh profile, shared by the tests marked `browser` in one worker."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: "Browser") -> "Iterator[Page]":
    """An empty page in a context of its own; a script error in it fails the test."""
    context = chromium.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def shared(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Path]) -> Path:
    """What `make` leaves in an empty directory, made once for all workers; not to be changed."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    home, note = base / f"shared-{name}", base / f"shared-{name}.path"
    with (base / f"shared-{name}.lock").open("w") as lock:
        _wait_for(lock)
        if not note.exists():
            shutil.rmtree(home, ignore_errors=True)  # of a worker whose making failed
            home.mkdir()
            note.write_text(str(make(home)))
    return Path(note.read_text())


def _wait_for(lock: IO[str]) -> None:
    """Hold a lock file until it is closed, where the system has such locks."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)


@pytest.fixture(scope="session")
def miniature(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The miniature example, published whole; not to be changed."""
    return shared(tmp_path_factory, "miniature", partial(publish_example, "miniature"))


@pytest.fixture(scope="session")
def venezuela(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example of 2024, published whole; not to be changed. Half a minute of one core: for slow tests."""
    return shared(tmp_path_factory, "venezuela-2024", partial(publish_example, "venezuela-2024"))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication every name of which is markup, a format or right-to-left; not to be changed."""
    from tests.publication.hostile import publish_hostile

    return shared(tmp_path_factory, "hostile", publish_hostile)


def publish_example(name: str, scratch: Path) -> Path:
    """Publish an example with a key and a clock of the tests."""
    from escrutinio.base.workers import workers
    from escrutinio.core.records.keys import SigningKey
    from escrutinio.running.workspace.publish import publish

    target = scratch / name
    with workers(2) as executor:
        publish(
            ROOT / "examples" / name,
            target,
            master=SigningKey(sha256(b"key of the tests").digest()),
            clock=1_900_000_000,
            progress=lambda *_: None,
            executor=executor,
        )
    return target
