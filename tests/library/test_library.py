"""`import escrutinio` from a program: cheap to load, strict in opening, plain in what it gives."""

import csv
import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import escrutinio
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.verification.checks import Check
from escrutinio.evidence.certainty.inequality import Finality
from tests.cli.running import answered, in_process
from tests.core.verification.lab import MINIATURE

CONTEST = "presidencia"


@pytest.fixture(scope="module")
def log(miniature: Path) -> escrutinio.Log:
    return escrutinio.open(miniature, trust=miniature / "trust.toml")


def python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout


# --- loading ---


def test_importing_loads_nothing_of_ours_and_no_numpy() -> None:
    code = "import sys; before = set(sys.modules); import escrutinio; print(*set(sys.modules) - before)"
    loaded = python(code).split()
    assert [name for name in loaded if name.startswith("escrutinio.")] == []
    assert not {"numpy", "typing", "click", "polars"} & set(loaded)
    assert len(loaded) < 20


def test_every_name_of_the_interface_is_there_and_others_are_not() -> None:
    assert [name for name in escrutinio.__all__ if not hasattr(escrutinio, name)] == []
    assert dir(escrutinio) == sorted(escrutinio.__all__)
    with pytest.raises(AttributeError, match="'escrutinio' has no attribute 'nothing'"):
        escrutinio.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_the_library_loads_no_commands_pages_or_frames(miniature: Path, tmp_path: Path) -> None:
    table = tmp_path / "theirs.csv"
    table.write_text("station,ceiba,araguaney\nN1.01,135,120\nN1.02,129,123\n")
    code = (
        "import sys, escrutinio\n"
        f"log = escrutinio.open({str(miniature)!r}, trust={str(miniature / 'trust.toml')!r})\n"
        f"log.totals({CONTEST!r}), log.certainty({CONTEST!r})\n"
        f"escrutinio.reconcile(log, {str(table)!r}, contest={CONTEST!r}).differences\n"
        "print(*sys.modules)"
    )
    loaded = set(python(code).split())
    assert not {"click", "rich", "polars", "fastexcel", "jinja2", "babel"} & loaded
    assert not {name for name in loaded if name.startswith(("escrutinio.cli", "escrutinio.publication"))}


# --- opening ---


def test_a_log_with_a_trust_file_is_authenticated(log: escrutinio.Log, miniature: Path) -> None:
    assert log.authenticated
    assert [answer.check for answer in log.checks] == [
        check for check in Check if check not in (Check.TABLES, Check.DATA_FILES)
    ]
    assert log.sentence("en").startswith("Every check holds; the origin is authenticated.")
    assert log.sentence("es").startswith("Todo se cumple; origen autenticado.")
    trust = parse_trust((miniature / "trust.toml").read_bytes())
    assert escrutinio.open(str(miniature), trust, processes=2).sentence("en") == log.sentence("en")
    size = f"{MINIATURE} entries"
    assert repr(log).startswith(f"<log of escrutinio.example/tres-islas-2031, {size}: Every check holds")


def test_without_a_trust_file_it_says_that_the_origin_is_open(miniature: Path) -> None:
    with pytest.warns(escrutinio.OriginWarning, match=r"origin not authenticated\. Open: checks 2, 3, 7, 14"):
        log = escrutinio.open(miniature)
    assert not log.authenticated


def test_a_trust_file_of_another_log_is_refused_with_what_does_not_hold(
    miniature: Path, tmp_path: Path
) -> None:
    trust = (miniature / "trust.toml").read_text(encoding="utf-8")
    definition = next(line for line in trust.splitlines() if line.startswith("definition"))
    other = tmp_path / "trust.toml"
    flipped = definition[:-2] + ("0" if definition[-2] != "0" else "1") + definition[-1]
    other.write_text(trust.replace(definition, flipped), encoding="utf-8")
    with pytest.raises(escrutinio.NotVerifiedError) as refused:
        escrutinio.open(miniature, trust=other)
    assert Check.TRUST_FILE in {answer.check for answer in refused.value.checks}


def test_a_log_with_one_bit_changed_is_refused(miniature: Path, tmp_path: Path) -> None:
    shutil.copytree(miniature / "log", tmp_path / "log")
    shutil.copytree(miniature / "attachments", tmp_path / "attachments")
    bundle = next(path for path in (tmp_path / "log/tile/entries").rglob("*") if path.is_file())
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)
    for trust in (miniature / "trust.toml", None):
        with pytest.raises(escrutinio.NotVerifiedError) as refused:  # and no OriginWarning, which is an error
            escrutinio.open(tmp_path, trust)
        assert Check.ROOT in {answer.check for answer in refused.value.checks}


def test_where_there_is_no_log_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(escrutinio.EscrutinioError):
        escrutinio.open(tmp_path / "nowhere")


# --- totals ---


def test_totals_are_those_that_are_published(log: escrutinio.Log, miniature: Path) -> None:
    for by_option, name in ((False, "areas"), (True, "options")):
        for contest in log.contests:
            for basis in log.bases:
                path = miniature / "data" / contest / f"{name}-{basis.translate({58: 45, 47: 45})}.csv"
                if not path.exists():
                    continue
                totals = log.totals(contest, basis=basis, by_option=by_option)
                published = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
                found = [
                    {name: "" if cell is None else str(cell) for name, cell in row.items()} for row in totals
                ]
                assert [{**row, "stations_silent": None} for row in published] == [
                    {**row, "stations_silent": None} for row in found
                ]


def test_single_figures_are_whole_numbers_of_python(log: escrutinio.Log) -> None:
    totals = log.totals(CONTEST)
    assert {type(cell) for name in totals.numbers for cell in totals[name]} == {int}
    certificate = log.certainty(CONTEST)
    assert {type(votes) for votes in certificate.votes} == {int}
    assert type(certificate.margin) is type(certificate.outstanding.capacity) is int
    found = escrutinio.reconcile(log)
    for table in (found.differences, found.sources):
        assert {type(cell) for name in table.numbers for cell in table[name]} <= {int, type(None)}


def test_totals_say_what_they_leave_out(log: escrutinio.Log) -> None:
    totals = log.totals(CONTEST, basis="reported")
    assert totals.left_out["station"] == ("C2.02", "S2.01")
    assert totals.left_out["why"] == ("pending", "silent")
    assert totals.left_out["finding"] == ("conflict", None)
    top = totals.of(totals.area)
    assert (top["stations_pending"], top["stations_silent"], totals.unlisted) == (1, 1, 0)
    assert totals.sentence("en") == (
        "presidencia, reported: 10 stations count. Left out: 1 without a sheet, 1 pending (conflict: 1), "
        "0 annulled."
    )
    assert "Fuera quedan: 1 sin acta" in totals.sentence("es")


def test_stations_that_are_declared_and_not_listed_are_left_out_too(venezuela: Path) -> None:
    log = escrutinio.open(venezuela, trust=venezuela / "trust.toml")
    totals = log.totals()
    assert (totals.contest, totals.of(totals.area)["EG"]) == ("presidente", 7_303_480)
    assert totals.unlisted + len(totals.left_out) == totals.of(totals.area)["stations_silent"] == 4_953


def test_codes_that_are_not_there_are_refused_naming_those_that_are(log: escrutinio.Log) -> None:
    for call, said in (
        (lambda: log.totals(), "contest= "),
        (lambda: log.totals("senado"), "presidencia, consejo-norte"),
        (lambda: log.totals(CONTEST, basis="mine"), "reported, reported-late"),
        (lambda: log.certainty(CONTEST, area="nowhere"), "nowhere"),
    ):
        with pytest.raises(escrutinio.EscrutinioError, match=said):
            call()
    with pytest.raises(KeyError):
        log.totals(CONTEST).of("nowhere")


# --- the same as the commands ---


def test_certainty_is_what_the_command_says(log: escrutinio.Log, miniature: Path) -> None:
    said = answered("irreversibility", miniature, "--contest", CONTEST, "--basis", "reported")
    certificate = log.certainty(CONTEST, basis="reported")
    assert dict(zip(certificate.candidates, certificate.votes, strict=True)) == said["votes"]
    assert (certificate.margin, certificate.finality) == (said["margin"], Finality(said["status"]))
    # The command says whose sheets these are, and calls candidates by name.
    named = certificate.sentence("es").replace("araguaney", "Araguaney")
    assert " ".join(said["sentences"]["es"]) == f"Actas oficiales: {named}"


def test_reconcile_is_what_the_command_says(log: escrutinio.Log, miniature: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.csv"
    done = in_process("reconcile", miniature, "--csv", figures, "--trust", miniature / "trust.toml")
    assert done.exit_code == 0, done.stderr
    found = escrutinio.reconcile(log)
    assert found.differences.to_csv() == figures.read_bytes()
    assert set(found.sources["name"]) == {"reported", "copies:party/ancla", "copies:party/concha", "paper"}
    assert "consejo-norte: Stations that" in found.sentence("en")


def test_rows_that_cannot_be_read_are_refused_unless_they_are_to_be_left_out(
    log: escrutinio.Log, tmp_path: Path
) -> None:
    (tmp_path / "theirs.csv").write_text("station,c,a\nN1.01,135,120\nN1.02,many,123\n")
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        '[source.theirs]\nfile = "theirs.csv"\ncontest = "presidencia"\nstation = "{station}"\n'
        'options = { ceiba = "{c}", araguaney = "{a}" }\n'
    )
    with pytest.raises(escrutinio.EscrutinioError, match="skip_bad_rows=True"):
        escrutinio.reconcile(log, "theirs", map_file=mapping)
    found = escrutinio.reconcile(log, "theirs", map_file=mapping, skip_bad_rows=True)
    assert found.sources["stations"] == (10, 2)  # the figure is not known, the row stays
    assert found.sources["options_left_out"] == ("saman jabillo bucare", None)


# --- tables ---


def test_a_table_becomes_a_frame_with_the_types_that_it_says() -> None:
    table = escrutinio.Table.of_rows(("area", "votes"), [("a", 1), ("b", None)], ("votes",))
    frame = table.to_polars()
    assert frame.rows() == [("a", 1), ("b", None)]
    assert [str(each) for each in frame.dtypes] == ["String", "Int64"]
    empty = escrutinio.Table.of_rows(("area", "votes"), [], ("votes",))
    assert [str(each) for each in empty.to_polars().dtypes] == ["String", "Int64"]
    assert (len(table), len(empty), list(empty)) == (2, 0, [])


def test_a_table_becomes_a_frame_of_pandas() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed here; nothing of ours needs it")
    table = escrutinio.Table.of_rows(("area", "votes"), [("a", 1), ("b", None)], ("votes",))
    frame = table.to_pandas()
    assert [str(each) for each in frame.dtypes] == ["string", "Int64"]
    assert frame["votes"][0] == 1
    assert frame["votes"][1] is pandas.NA


@pytest.mark.parametrize("name", ["polars", "pandas"])
def test_a_library_of_frames_that_is_missing_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    table = escrutinio.Table.of_rows(("area",), [("a",)], ())
    with pytest.raises(escrutinio.EscrutinioError, match=f"pip install {name}"):
        table.to_polars() if name == "polars" else table.to_pandas()


def test_a_table_shows_its_first_rows_and_how_many_more() -> None:
    table = escrutinio.Table.of_rows(("area", "votes"), [(f"a{n}", n) for n in range(25)], ("votes",))
    lines = str(table).splitlines()
    assert (lines[0], lines[-1]) == ("area  votes", "… 5 rows more")
    assert table.where(votes=3) == [{"area": "a3", "votes": 3}]
    assert table.to_csv().startswith(b"area,votes\na0,0\n")
