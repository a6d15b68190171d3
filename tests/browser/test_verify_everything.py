"""Verifying a whole publication in the browser: on the site's page, and from a folder with verify.html.

Each alteration is one file of a copy of the honest publication; the page says which step fails, and where.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escrutinio.core.derived.version import KNOWN
from escrutinio.core.log.checkpoint import Checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import Hash, leaf_hash, tree_root
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.policy import Group, LogIdentity, Policy, WitnessIdentity
from escrutinio.core.log.trust import format_trust, parse_trust
from escrutinio.publication.browser.bundle import bundle
from tests.browser.publish import LOG_SIGNER, POLICY, WITNESSES, isla, publish, state_version, trust_of
from tests.browser.verifying import CHECKS, OF_TRUST, PAGE, restate, steps, told
from tests.core.election.build import ORIGIN
from tests.core.log.builders import cosigner

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

DAY = isla()
NO_ED25519 = """
const own = SubtleCrypto.prototype.importKey;
SubtleCrypto.prototype.importKey = function (format, data, algorithm, ...rest) {
  const name = algorithm?.name ?? algorithm;
  if (name === 'Ed25519') return Promise.reject(new DOMException('unknown', 'NotSupportedError'));
  return own.call(this, format, data, algorithm, ...rest);
};"""
Break = Callable[[Path], None]
KEPT = (
    "Object.keys(localStorage).filter((key) => key.startsWith('escrutinio checkpoint'))"
    ".map((key) => localStorage.getItem(key))"
)
"""The checkpoints that the browser really keeps."""


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """An empty page of a browser that kept no checkpoint; an uncaught error in it fails the test."""
    page = profile.new_page()
    page.add_init_script("localStorage.clear()")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


@pytest.fixture(scope="module")
def honest(served: Served) -> Path:
    """A small publication with two witnesses, at /honest/, with the page and the single file."""
    directory = served.directory / "honest"
    publish(DAY, directory)
    for lang in ("es", "en"):
        (directory / lang).mkdir()
        (directory / lang / "verify.html").write_text(PAGE.format(lang=lang))
    (served.directory / "verify.html").write_bytes(bundle())
    (directory / "trust.toml").write_bytes(trust_of(DAY))
    return directory


@pytest.fixture
def broken(served: Served, honest: Path) -> Iterator[Callable[[Break], str]]:
    """Make a copy of the publication, change it, and give its name."""
    name = "broken"

    def make(change: Break) -> str:
        shutil.copytree(honest, served.directory / name)
        change(served.directory / name)
        return name

    yield make
    shutil.rmtree(served.directory / name)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(("lang", "verdict"), [("en", "Every check holds"), ("es", "Todo se cumple")])
def test_an_honest_log_holds_step_by_step(
    page: Page, served: Served, honest: Path, lang: str, verdict: str
) -> None:
    page.goto(f"{served.address}honest/{lang}/verify.html")
    page.set_input_files("#trust-file", honest / "trust.toml")
    found = steps(page)
    assert found == dict.fromkeys(CHECKS, "ok")
    numbered = page.locator("li.step strong").all_inner_texts()[: len(CHECKS)]
    assert [text.partition(". ")[0] for text in numbered] == [str(number) for number in range(1, 16)]
    assert verdict in page.locator("h2.outcome").inner_text()
    assert all(name in told(page, "cosignatures") for name in WITNESSES)
    assert page.evaluate("document.activeElement.classList.contains('outcome')")
    row = page.locator("section.totals tr", has_text="ana").first
    assert row.locator("td").first.inner_text() == "32"


def test_without_a_trust_file_the_origin_is_not_authenticated(
    page: Page, served: Served, honest: Path
) -> None:
    page.goto(served.address + "honest/en/verify.html")
    found = steps(page)
    assert [name for name in CHECKS if found[name] != "ok"] == OF_TRUST
    assert {found[name] for name in OF_TRUST} == {"open"}
    assert "origin not authenticated" in page.locator("h2.outcome").inner_text()


def _other_key(directory: Path) -> None:
    trust = parse_trust((directory / "trust.toml").read_bytes())
    stranger = NoteSigner(ORIGIN, KeyType.ED25519, sha256(b"another key").digest())
    policy = replace(trust.policy, logs=(LogIdentity(stranger.verifier),))
    (directory / "trust.toml").write_bytes(format_trust(replace(trust, policy=policy)))


def _other_definition(directory: Path) -> None:
    trust = parse_trust((directory / "trust.toml").read_bytes())
    (directory / "trust.toml").write_bytes(format_trust(replace(trust, definition=sha256(b"x").digest())))


def _third_witness(directory: Path) -> None:
    names = (*WITNESSES, "press.example")
    third = WitnessIdentity("press.example", cosigner("press.example").verifier)
    policy = Policy(POLICY.logs, (*POLICY.witnesses, third), (Group("all", 3, names),), "all")
    (directory / "trust.toml").write_bytes(trust_of(DAY, policy))


def _drop_witnesses(directory: Path) -> None:
    path = directory / "log" / "checkpoint"
    path.write_text("\n".join(path.read_text().split("\n")[:5]) + "\n")


def _without(place: int) -> Break:
    """A change that takes an attachment away: the table of areas, or the roll."""

    def change(directory: Path) -> None:
        (directory / "attachments" / list(DAY.attachments)[place].hex()).unlink()

    return change


def _name_verifier(content: bytes | None) -> Break:
    """A change that lets the trust file name a verifier, where this content stands in its place."""

    def change(directory: Path) -> None:
        named = replace(parse_trust(trust_of(DAY)), verifier_html=sha256(bundle()).digest())
        (directory / "trust.toml").write_bytes(format_trust(named))
        if content is not None:
            (directory / "verify.html").write_bytes(content)

    return change


@pytest.mark.parametrize(
    ("change", "bad", "says"),
    [
        (lambda d: (d / "log/checkpoint").write_text("x\n"), ["checkpoint"], "note"),
        (
            lambda d: flip(d / "log/tile/entries/000.p/15", 100),
            ["root", "trust-file", "definition"],
            "Entry 0 does not hash",
        ),
        (
            lambda d: flip(d / "log/tile/entries/000.p/15", -1),
            ["root", "signatures"],
            "Entry 14 does not hash",
        ),
        (lambda d: flip(d / "log/tile/0/000.p/15", 5), ["tiles"], "tile/0/000.p/15"),
        (_other_key, ["log-signature"], "No known key signed"),
        (_other_definition, ["trust-file"], "definition is not the one"),
        (_third_witness, ["cosignatures"], "lacks the quorum"),
        (_drop_witnesses, ["cosignatures"], "lacks the quorum"),
        (_without(0), ["definition"], "is missing"),
        (_without(1), ["attachments", "tables"], "is missing"),
        (lambda d: flip(d / "data/areas.csv", 40), ["files"], "data/areas.csv does not have"),
        (lambda d: (d / "data/stations.csv").unlink(), ["files"], "data/stations.csv is missing"),
        (lambda d: (d / "data/datapackage.json").unlink(), ["files"], "datapackage.json is missing"),
        (lambda d: (d / "data/results.json").unlink(), ["tables", "files"], "results.json is missing"),
        (_name_verifier(None), ["verifier"], "verify.html is missing"),
        (_name_verifier(b"another"), ["verifier"], "the trust file names"),
    ],
)
@pytest.mark.one_in(3)
def test_one_altered_thing_fails_its_step_and_is_named(
    page: Page,
    served: Served,
    broken: Callable[[Break], str],
    change: Break,
    bad: list[str],
    says: str,
) -> None:
    name = broken(change)
    page.goto(f"{served.address}{name}/en/verify.html")
    page.set_input_files("#trust-file", served.directory / name / "trust.toml")
    found = steps(page)
    assert list(found)[: len(CHECKS)] == CHECKS
    assert [step for step, state in found.items() if state == "bad"] == bad
    assert says in told(page, bad[0])
    headline = page.locator("h2.outcome.bad").inner_text()
    assert headline.startswith("A check failed: " if len(bad) == 1 else f"{len(bad)} checks failed: ")
    assert headline.count(";") == len(bad) - 1  # each is named
    assert page.evaluate(KEPT) == []
    if bad != ["checkpoint"]:
        assert "because not everything holds" in page.locator("p.kept").inner_text()
    assert page.locator("section.now li").count() == (3 if bad == ["checkpoint"] else 4)


@pytest.mark.parametrize("path", ["log/tile/entries/000.p/15", "log/tile/0/000.p/15"])
@pytest.mark.parametrize("trusted", [True, False])
def test_a_file_that_is_not_there_accuses_nobody_and_another_try_may_find_it(
    page: Page, served: Served, honest: Path, broken: Callable[[Break], str], path: str, trusted: bool
) -> None:
    name = broken(lambda directory: (directory / path).unlink())
    page.goto(f"{served.address}{name}/es/verify.html")
    if trusted:
        page.set_input_files("#trust-file", honest / "trust.toml")
    found = steps(page)
    assert "bad" not in found.values()
    step = "bundles" if "entries" in path else "tiles"
    assert found[step] == "open"
    assert "de esto no se sigue nada sobre el registro público: Falta" in told(page, step)
    assert "No se pudo leer todo" in page.locator("h2.outcome.unread").inner_text()
    says_kept = "ya guarda" in page.locator("p.kept").inner_text()
    assert says_kept is (page.evaluate(KEPT) != []) is (trusted and step == "tiles")
    shutil.copy(honest / path, served.directory / name / path)
    page.click("section.now button:has-text('Intentar otra vez')")
    page.wait_for_selector("h2.outcome.ok" if trusted else "h2.outcome.open")


@pytest.mark.parametrize("size", [14, 16, 300])
def test_an_altered_size_of_a_checkpoint_says_nothing_of_the_log_without_a_trust_file(
    page: Page, served: Served, broken: Callable[[Break], str], size: int
) -> None:
    name = broken(lambda directory: restate(directory, size))
    page.goto(f"{served.address}{name}/en/verify.html")
    assert "bad" not in steps(page).values()
    assert "Nothing follows from that" in page.locator("h2.outcome").inner_text()


def test_a_bad_trust_file_is_refused(page: Page, served: Served, honest: Path, tmp_path: Path) -> None:
    (tmp_path / "trust.toml").write_text("definition = 5\n")
    page.goto(served.address + "honest/en/verify.html")
    page.set_input_files("#trust-file", tmp_path / "trust.toml")
    page.click("button[type=submit]")
    assert "trust file lacks" in page.locator(".report [role=alert]").inner_text()


THIS = {"tables": KNOWN.tables, "rules": KNOWN.rules}
"""The version that both verifiers make."""


def _one_more_vote(directory: Path, **version: int) -> None:
    """Give the first candidate one vote more, in files that are whole."""
    path = directory / "data" / "results.json"
    results = json.loads(path.read_text("utf-8"))
    contest = results["contests"][0]
    contest["bases"][0]["areas"]["isla"][contest["columns"].index("ana")] += 1
    path.write_text(json.dumps(results), "utf-8")
    description = directory / "data" / "datapackage.json"
    package = json.loads(description.read_text("utf-8"))
    [listed] = [one for one in package["resources"] if one["path"] == "results.json"]
    content = path.read_bytes()
    listed["bytes"], listed["hash"] = len(content), f"sha256:{sha256(content).hexdigest()}"
    description.write_text(json.dumps(package), "utf-8")
    state_version(directory, **version)


def test_stated_totals_that_differ_are_marked(
    page: Page, served: Served, broken: Callable[[Break], str]
) -> None:
    name = broken(lambda directory: _one_more_vote(directory, **THIS, size=15))
    page.goto(f"{served.address}{name}/en/verify.html")
    found = steps(page)
    assert (found["tables"], found["files"]) == ("bad", "ok")
    row = page.locator("section.totals tr", has_text="ana").first
    assert row.locator("mark.differs").first.inner_text() == "32"
    assert "the publication says 33" in row.inner_text()


@pytest.mark.parametrize(
    ("version", "says"),
    [
        (THIS | {"tables": 9, "size": 15}, "made by version 9 of the tables"),
        (THIS | {"rules": 9, "size": 15}, "9 of the rules"),
        (THIS | {"size": 16}, "of a log of 16 entries"),
        ({}, "does not say by which version"),
        (THIS, "does not say by which version"),
    ],
)
@pytest.mark.one_in(3)
def test_figures_of_another_version_that_differ_are_not_judged_and_nothing_is_authentic(
    page: Page, served: Served, broken: Callable[[Break], str], version: dict[str, int], says: str
) -> None:
    name = broken(lambda directory: _one_more_vote(directory, **version))
    page.goto(f"{served.address}{name}/en/verify.html")
    page.set_input_files("#trust-file", served.directory / name / "trust.toml")
    found = steps(page)
    assert [name for name in CHECKS if found[name] != "ok"] == ["tables"]
    assert found["tables"] == "open"
    assert says in told(page, "tables")
    assert "not shown to be authentic" in page.locator("h2.outcome").inner_text()


@pytest.mark.parametrize("version", [{"tables": 7, "rules": 7, "size": 15}, {}], ids=["another", "none"])
def test_equal_figures_hold_whatever_version_is_stated(
    page: Page, served: Served, broken: Callable[[Break], str], version: dict[str, int]
) -> None:
    name = broken(lambda directory: state_version(directory, **version))
    page.goto(f"{served.address}{name}/en/verify.html")
    assert steps(page)["tables"] == "ok"


def checkpoint(size: int, root: bytes, signer: NoteSigner = LOG_SIGNER) -> str:
    """A checkpoint of the log as its key would have signed it."""
    return sign_checkpoint(Checkpoint(ORIGIN, size, Hash(root)), signer).note.data.decode()


def root_of(size: int) -> Hash:
    return tree_root([leaf_hash(raw) for raw in DAY.log[:size]])


@pytest.mark.parametrize(
    ("size", "root", "state", "says"),
    [
        (11, root_of(11), "ok", "the first 11 are the same"),
        (15, root_of(20), "ok", "seen before"),
        (11, sha256(b"other").digest(), "bad", "history was rewritten"),
        (15, sha256(b"other").digest(), "bad", "split view"),
        (16, sha256(b"other").digest(), "open", "ends at 15"),
    ],
)
@pytest.mark.one_in(3)
def test_an_earlier_checkpoint_shows_whether_the_log_only_grew(
    page: Page, served: Served, honest: Path, size: int, root: bytes, state: str, says: str
) -> None:
    assert len(DAY.log) == 15
    page.goto(served.address + "honest/en/verify.html")
    page.set_input_files("#trust-file", honest / "trust.toml")
    page.locator("form.verify summary").click()
    page.fill("#earlier", checkpoint(size, root))
    assert steps(page)["earlier"] == state
    assert says in told(page, "earlier")
    headline = page.locator("h2.outcome").inner_text()
    if state == "open":
        assert (
            headline
            == "This log is shorter than the one seen before: it had 16 entries, and this copy has 15."
        )
    if state == "bad":
        assert headline == "A check failed: this is not a continuation of the log that was seen before."
        with page.expect_download() as kept:
            page.click("text=Keep the earlier checkpoint")
        assert Path(kept.value.path()).read_text() == checkpoint(size, root)


def test_an_earlier_checkpoint_by_another_key_shows_nothing(page: Page, served: Served, honest: Path) -> None:
    stranger = NoteSigner(ORIGIN, KeyType.ED25519, sha256(b"another key").digest())
    page.goto(served.address + "honest/en/verify.html")
    page.set_input_files("#trust-file", honest / "trust.toml")
    page.locator("form.verify summary").click()
    page.fill("#earlier", checkpoint(11, sha256(b"other").digest(), stranger))
    assert steps(page)["earlier"] == "open"


def test_the_checkpoint_of_the_last_visit_is_kept_and_compared(
    chromium: Browser, served: Served, honest: Path
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(served.address + "honest/en/verify.html")
    visits = [
        (False, "this browser remembers none", "keeps nothing of this visit"),
        (True, "Nothing was seen of it before", "now keeps this checkpoint"),
        (True, "seen before", "now keeps this checkpoint"),
    ]
    for trusted, says, kept in visits:
        if trusted:
            page.set_input_files("#trust-file", honest / "trust.toml")
        assert steps(page)["earlier"] == "ok"
        assert says in told(page, "earlier")
        assert kept in page.locator("p.kept").inner_text()
        stored = page.evaluate(KEPT)
        assert stored == ([(honest / "log" / "checkpoint").read_text()] if trusted else [])
        page.reload()
    context.close()


def test_what_is_seen_without_a_trust_file_poisons_nothing(
    chromium: Browser, served: Served, honest: Path
) -> None:
    """Whoever shows a larger log, or an unsigned one, leaves no checkpoint behind."""
    name = "poison"
    shutil.copytree(honest, served.directory / name)
    stranger = NoteSigner(ORIGIN, KeyType.ED25519, sha256(b"another key").digest())
    (served.directory / name / "log" / "checkpoint").write_text(checkpoint(15, root_of(15), stranger))
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{served.address}{name}/en/verify.html")
    assert steps(page)["earlier"] == "ok"
    page.goto(served.address + "honest/en/verify.html")
    page.set_input_files("#trust-file", honest / "trust.toml")
    assert steps(page) == dict.fromkeys(CHECKS, "ok")
    assert "Nothing was seen of it before" in told(page, "earlier")
    context.close()


@pytest.mark.parametrize("size", [10**7, 10**11, 2**53 - 1])
def test_a_checkpoint_of_any_size_ends(
    page: Page, served: Served, broken: Callable[[Break], str], size: int
) -> None:
    name = broken(lambda directory: restate(directory, size))
    page.goto(f"{served.address}{name}/en/verify.html")
    assert steps(page)["bundles"] == "open"


def test_a_browser_without_ed25519_does_it_with_plain_arithmetic(
    chromium: Browser, served: Served, honest: Path
) -> None:
    # A worker has a realm of its own, so that the page's one script is changed before it starts itself there.
    single = bundle().decode()
    policy = single[single.index('<meta http-equiv="Content-Security-Policy"') :].partition("\n")[0]
    without = single.replace(policy, "").replace("<script>", f"<script>{NO_ED25519}")
    (served.directory / "without.html").write_text(without)
    context = chromium.new_context(locale="en")
    page = context.new_page()
    page.goto((served.directory / "without.html").as_uri())
    assert "does not know Ed25519" in page.locator("fieldset legend").inner_text()
    page.set_input_files("#folder", honest)
    page.set_input_files("#trust-file", honest / "trust.toml")
    found = steps(page)
    assert found["log-signature"] == found["root"] == found["signatures"] == "ok"
    context.close()
