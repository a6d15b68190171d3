"""The commands of an audit: plan, commitment, draw, hand counts, status, and records sealed with a key."""

import tomllib
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.records.commitments import digits_digest, opened_count
from escrutinio.core.records.entry import body_from_plain, open_record, verify
from escrutinio.core.records.keyfiles import write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.types import BallotManifest, HandCount
from escrutinio.intake.authoring.keyring import Keyring
from tests.cli.running import OFFICER, PRESIDENCY, answered, escrutinio, refused, said
from tests.core.verification.lab import MINIATURE


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key files of two signers of the miniature, with the passphrase of `PHRASE`."""
    directory = tmp_path_factory.mktemp("keys")
    ring = Keyring(SigningKey(sha256(b"key of the tests").digest()), "tres-islas-2031")
    for file, name in (("officer.key", "authority/officer-1"), ("faro.key", "observer/faro")):
        write_key_file(directory / file, name, ring.key(name), PHRASE["ESCRUTINIO_PASSPHRASE"])
    return directory


PHRASE = {"ESCRUTINIO_PASSPHRASE": "three islands"}


def test_the_plan_of_an_audit_of_the_example(venezuela: Path, tmp_path: Path) -> None:
    found = answered("audit", "plan", venezuela, "--registered", "21321805", "--arlo", tmp_path / "arlo")
    plan, worst = found["as_counted"], found["missing_against"]
    assert (plan["margin"], plan["boxes_macro"], plan["boxes"]) == (3_987_338, 16, 17)
    assert (plan["boxes_one_lost"], plan["vouchers_counted"], plan["hours"]) == (31, 8_015, 36)
    # Two fifths of the registered voters did not vote, and a place without a voucher is the loser's.
    assert (plan["vouchers_expected"], plan["vouchers_likely"]) == (None, None)
    assert (found["outstanding"], worst["margin"], worst["boxes_macro"]) == (3_346_136, 641_202, 104)
    manifest = (tmp_path / "arlo/manifest.csv").read_text().splitlines()
    tallies = (tmp_path / "arlo/tallies.csv").read_text().splitlines()
    assert len(manifest) == len(tallies) == 25_074
    assert tallies[0] == "Batch Name,NM,LM,JABE,JOBR,AE,CF,DC,EG,EM,BERA"


def test_a_plan_in_words_says_what_is_not_known_and_when_to_count_everything(
    miniature: Path, tmp_path: Path
) -> None:
    text = said("audit", "plan", miniature, *PRESIDENCY, "--basis", "ruled", "--risk-limit", "1", lang="es")
    assert "límite de riesgo de 1\u00a0%" in text
    small = ("audit", "plan", miniature, "--contest", "consejo-norte", "--arlo", tmp_path / "arlo")
    assert answered(*small)["all_boxes"] == 4
    assert "is not overwritten" in refused(*small)
    assert "a draw would save no work, so all 4 boxes" in said(
        "audit", "plan", miniature, "--contest", "consejo-norte"
    )


def test_one_sample_is_planned_and_committed_to_for_several_contests(miniature: Path, tmp_path: Path) -> None:
    both = ("--contest", "presidencia", "--also", "consejo-norte")
    found = answered("audit", "plan", miniature, *both, "--arlo", tmp_path / "arlo")
    together = found["together"]
    assert [each["contest"] for each in together["contests"]] == ["presidencia", "consejo-norte"]
    assert together["all_boxes"] == found["all_boxes"] == together["boxes"] == 10
    written = {path.relative_to(tmp_path / "arlo").as_posix() for path in (tmp_path / "arlo").rglob("*.csv")}
    assert written == {
        f"{code}/{name}.csv" for code in ("presidencia", "consejo-norte") for name in ("manifest", "tallies")
    }
    said_all = said("audit", "plan", miniature, *both, lang="es")
    assert "Para estos 2 cargos juntos" in said_all
    assert "Verifiable European elections" in said_all
    commit = ("audit", "commit", miniature, *both, "--as", "authority/officer-1", "--most", "400")
    named = ("--counts", "party/ancla", "--counts", "observer/faro")
    (entry,) = answered(*commit, *named)["entries"]
    assert entry["about"] == "presidencia"
    assert [each["contest"] for each in entry["says"]["beside"]] == ["consejo-norte"]
    assert "names each of its contests once" in refused(*commit, "--also", "presidencia", *named)
    told = refused(*commit, "--method", "bravo", *named)
    assert "single vouchers cannot confirm this outcome" in told


def test_a_plan_takes_the_bounds_of_a_manifest(miniature: Path) -> None:
    roll = answered("audit", "plan", miniature, *PRESIDENCY)
    found = answered("audit", "plan", miniature, *PRESIDENCY, "--manifest", _boxes(miniature))
    assert found["all_boxes"] == roll["all_boxes"]
    assert found["vouchers"] < roll["vouchers"]
    assert "has no manifest of boxes with the digest" in refused(
        "audit", "plan", miniature, *PRESIDENCY, "--manifest", "0" * 64
    )


def test_the_status_is_made_again_from_the_log(miniature: Path) -> None:
    found = answered("audit", "status", miniature, *PRESIDENCY)
    assert (found["method"], found["risk_limit"], found["boxes"]) == ("ppeb-betting", 0.05, 10)
    (first,) = found["rounds"]
    assert len(first["drawn"]) == 2
    assert found["may_stop"] is False
    assert found["next"]
    again = answered("audit", "status", miniature, *PRESIDENCY, "--commitment", found["commitment"])
    assert again == found
    text = said("audit", "status", miniature, *PRESIDENCY, lang="es")
    assert found["commitment"] in text
    assert "Siguiente ronda: " + ", ".join(found["next"][:20]) in text
    for note in found["notes"]:
        assert f"Nota: {note['sentence']['es']}" in text


def test_a_draw_goes_on_where_the_log_stands_and_a_workbook_makes_it_again(
    miniature: Path, tmp_path: Path
) -> None:
    status = answered("audit", "status", miniature, *PRESIDENCY)
    draw = ("audit", "draw", miniature, *PRESIDENCY, *OFFICER)
    (sample,) = tomllib.loads(escrutinio(*draw).stdout)["entry"]
    assert sample["says"] == {
        "commitment": status["commitment"], "round": 2, "boxes": [{"station": box} for box in status["next"]],
    }  # fmt: skip
    three = answered(*draw, "--take", "3", "--xlsx", tmp_path / "draw.xlsx")
    assert [box["station"] for box in three["entries"][0]["says"]["boxes"]] == ["N2.02", "N1.01", "S1.01"]
    (all_others,) = answered(*draw, "--rest")["entries"]
    rest = [box["station"] for box in all_others["says"]["boxes"]]
    assert rest == status["next"]  # as many draws as would end it are more work
    opened = {*rest, *status["rounds"][0]["drawn"]}
    assert len(opened) == status["boxes"]
    other = ("audit", "draw", miniature, *PRESIDENCY, *THROW)
    assert "Whoever began the audit opens the rest of the paper: authority." in refused(*other, "--rest")
    sheets = ZipFile(tmp_path / "draw.xlsx")
    assert f"{status['seed']},5" in sheets.read("xl/worksheets/sheet4.xml").decode()
    assert "is not overwritten" in refused(*draw, "--take", "1", "--xlsx", tmp_path / "draw.xlsx")


def test_a_commitment_names_the_log_as_it_stands_and_can_be_sealed(
    miniature: Path, keys: Path, tmp_path: Path
) -> None:
    command = (
        "audit", "commit", miniature, *PRESIDENCY, *OFFICER, "--counts", "party/ancla", "--counts",
        "observer/faro", "--risk-limit", "2,5", "--bound", "law", "--most", "500",
    )  # fmt: skip
    (entry,) = tomllib.loads(escrutinio(*command, lang="es").stdout)["entry"]
    root = parse_checkpoint((miniature / "log/checkpoint").read_bytes()).checkpoint.root.hex()
    assert entry["says"]["head"] == {
        "origin": "escrutinio.example/tres-islas-2031",
        "size": MINIATURE,
        "root": root,
    }
    assert entry["says"]["risk_limit"] == {"numerator": 1, "denominator": 40}
    sealing = ("--key", keys / "officer.key", "-o", tmp_path / "sealed")
    (file,) = answered(*command, *sealing, **PHRASE)["files"]
    raw = Path(file).read_bytes()
    record = open_record(raw)
    verify(raw, Keyring(SigningKey(sha256(b"key of the tests").digest()), "tres-islas-2031")
           .key("authority/officer-1").public_key)  # fmt: skip
    assert record.body == body_from_plain(entry["type"], entry["says"])  # script and seal say the same
    assert (record.body.NAME, record.signer, record.subject) == (
        "audit-commitment", "authority/officer-1", "presidencia",
    )  # fmt: skip
    assert "is not overwritten" in refused(*command, *sealing, **PHRASE)
    wrong = ("--key", keys / "faro.key", "-o", tmp_path / "other")
    assert "enrolled first" in refused(*command, *wrong, **PHRASE)
    assert "passphrase" in refused(*command, *wrong, ESCRUTINIO_PASSPHRASE="two islands")
    assert not (tmp_path / "other").exists()


COUNTERS = ("--counts", "party/ancla", "--counts", "observer/faro")


def _boxes(publication: Path) -> str:
    """The digest of the miniature's record with the manifest of its boxes."""
    size = parse_checkpoint((publication / "log/checkpoint").read_bytes()).checkpoint.size
    entries = map(open_record, read_entries(open_log(publication / "log"), size))
    return next(each.digest.hex() for each in entries if isinstance(each.body, BallotManifest))


def test_a_commitment_says_bet_bound_manifest_and_who_throws(miniature: Path) -> None:
    status = answered("audit", "status", miniature, *PRESIDENCY)
    commit = ("audit", "commit", miniature, *PRESIDENCY, *OFFICER, *COUNTERS)
    more = (
        "--bet", "75", "--bound", "manifest", "--manifest", _boxes(miniature), "--method", "srs-alpha",
        "--throws", "observer/faro", "--throws", "party/ancla",
    )  # fmt: skip
    says = answered(*commit, *more)["entries"][0]["says"]
    assert (says["method"], says["bound"], says["manifest"]) == ("srs-alpha", "manifest", _boxes(miniature))
    assert says["bet"] == {"numerator": 3, "denominator": 4}
    assert (says["throwers"], says["counters"]) == (["observer/faro", "party/ancla"], [*COUNTERS[1::2]])
    assert says["follows"] == status["commitment"]
    largest = answered(*commit, "--most", "500")["entries"][0]["says"]
    assert (largest["bound"], largest["most"]) == ("registered", 500)
    plain = answered(*commit, "--bound", "law", "--most", "500")["entries"][0]["says"]
    assert (plain["bound"], plain["most"], plain["throwers"]) == ("law", 500, ["authority/officer-1"])
    assert not {"bet", "manifest"} & set(plain)
    assert "Nothing bounds the vouchers in 1 boxes" in refused(*commit)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--bound", "law"), "--bound law goes with --most"),
        (("--bound", "law", "--most", "0"), "0 is not in the range"),
        (("--bound", "manifest"), "--bound manifest with --manifest"),
        (("--manifest", "ab" * 32), "--bound manifest with --manifest"),
        (("--bound", "manifest", "--manifest", "AB" * 32), "64"),
        (("--bound", "manifest", "--manifest", "ab" * 32), "the log does not have before it"),
        (("--bet", "0"), "is not between 0 and 1"),
        (("--bet", "101"), "between 0"),
        (("--throws", "observer/nobody"), "The log has no organisation 'observer/nobody'"),
        (("--counts", "party/ancla", "--counts", "party/nobody"), "no organisation 'party/nobody'"),
    ],
)
def test_a_commitment_that_says_too_little_or_what_is_not_there_is_refused(
    miniature: Path, more: tuple[str, ...], says: str
) -> None:
    assert says in refused("audit", "commit", miniature, *PRESIDENCY, *OFFICER, *COUNTERS, *more)


def test_two_who_count_are_two_organisations(miniature: Path) -> None:
    alone = ("--counts", "party/ancla", "--counts", "party/ancla")
    assert "two different organisations" in refused(
        "audit", "commit", miniature, *PRESIDENCY, *OFFICER, *alone
    )


# --- digits of the seed ---

THROW = ("--as", "observer/faro")
DIGITS = "31415926535897932384"


def test_digits_are_committed_to_kept_and_opened(miniature: Path, keys: Path, tmp_path: Path) -> None:
    status = answered("audit", "status", miniature, *PRESIDENCY)
    throw, kept = ("audit", "throw", miniature, *PRESIDENCY, *THROW), tmp_path / "digits.txt"
    committing = (*throw, "--digits", DIGITS, "--keep", kept)
    [entry] = answered(*committing)["entries"]
    assert (entry["type"], entry["about"]) == ("digits-commitment", "presidencia")
    assert entry["says"]["commitment"] == status["commitment"]
    assert DIGITS not in str(entry)
    assert kept.stat().st_mode & 0o077 == 0
    digits, salt = kept.read_text().split()
    assert entry["says"]["digits"] == digits_digest(bytes.fromhex(salt), DIGITS).hex()
    assert "is not overwritten" in refused(*committing)

    [opened] = answered(*throw, "--open", kept)["entries"]
    assert (opened["type"], digits) == ("audit-seed", DIGITS)
    assert opened["says"] == {"commitment": status["commitment"], "digits": DIGITS, "salt": salt}

    done = escrutinio(*throw, "--open", kept, "--key", keys / "faro.key", "-o", tmp_path / "sealed", **PHRASE)
    assert "their digest stands in the log before" in done.stdout
    (file,) = (tmp_path / "sealed").iterdir()
    assert open_record(file.read_bytes()).body == body_from_plain("audit-seed", opened["says"])


def test_dice_that_fell_in_public_are_stated_by_two(miniature: Path) -> None:
    seen = ("audit", "throw", miniature, *PRESIDENCY, "--public", "--digits", DIGITS)
    [own] = answered(*seen, *THROW)["entries"]
    [other] = answered(*seen, "--as", "party/ancla")["entries"]
    assert "instead_of" not in own["says"]
    assert (other["says"]["instead_of"], other["says"]["digits"]) == ("observer/faro", DIGITS)


def test_dice_in_place_of_one_who_does_not_open(miniature: Path) -> None:
    instead = ("audit", "throw", miniature, *PRESIDENCY, *OFFICER, "--instead-of", "observer/faro")
    [entry] = answered(*instead, "--digits", DIGITS)["entries"]
    assert entry["says"]["instead_of"] == "observer/faro"
    assert "salt" not in entry["says"]
    wrong = (*instead[:-1], "party/ancla", "--digits", DIGITS)
    assert "party/ancla throws no digits of this audit" in refused(*wrong)


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--digits", DIGITS),
        ("--keep", "k"),
        ("--open", "k", "--digits", DIGITS),
        ("--open", "k", "--keep", "k"),
        ("--instead-of", "observer/faro"),
        ("--digits", DIGITS, "--keep", "k", "--instead-of", "observer/faro"),
        ("--public",),
        ("--digits", DIGITS, "--public", "--keep", "k"),
    ],
)
def test_a_throw_is_said_in_one_way(miniature: Path, more: tuple[str, ...]) -> None:
    assert "--open is needed" in refused("audit", "throw", miniature, *PRESIDENCY, *THROW, *more)


def test_digits_that_are_none_or_that_nobody_kept_are_refused(miniature: Path, tmp_path: Path) -> None:
    throw, file = ("audit", "throw", miniature, *PRESIDENCY, *THROW), tmp_path / "digits.txt"
    for digits in ("", "12a", "٣٣", "1" * 65, "-1"):
        assert "decimal digits, from 20 to 64" in refused(*throw, f"--digits={digits}", "--keep", file)
    assert not file.exists()
    for content in ("", "12", f"12 {'0' * 62}", f"12 {'zz' * 32}", f"12 {'00' * 32} 3"):
        file.write_text(content)
        assert "is no file of digits that --keep wrote" in refused(*throw, "--open", file)
    file.write_text(f"1x {'00' * 32}")
    assert "decimal digits, from 20 to 64" in refused(*throw, "--open", file)
    keeping = ("--digits", DIGITS, "--keep", tmp_path / "k")
    other = ("audit", "throw", miniature, *PRESIDENCY, *OFFICER)
    assert "its commitment names: observer/faro" in refused(*other, *keeping)
    assert "no such commitment" in refused(*throw, "--commitment", "ab" * 32, *keeping)
    assert not (tmp_path / "k").exists()


# --- hand counts ---


def test_counts_are_committed_to_kept_and_opened(miniature: Path, keys: Path, tmp_path: Path) -> None:
    status = answered("audit", "status", miniature, *PRESIDENCY)
    drawn = sorted(set(status["rounds"][0]["drawn"]))
    record, kept = ("audit", "record", miniature, *PRESIDENCY, *THROW), tmp_path / "kept.csv"
    header, table = (
        "station,CONCHA,ANCLA,PERLA,RED,REMO,VELA,BOYA,null,blank,vouchers",
        tmp_path / "counts.csv",
    )
    table.write_text("\n".join((header, *(f"{box},1,2,3,4,5,6,7,8,9,45" for box in drawn))) + "\n")
    sealing = ("--csv", table, "--keep", kept, "--key", keys / "faro.key", "-o", tmp_path / "sealed")
    wrong = ("--csv", table, "--keep", kept, "--key", keys / "officer.key", "-o", tmp_path / "sealed")
    assert "enrolled first" in refused(*record, *wrong, **PHRASE)
    assert not kept.exists()
    entries = answered(*record, *sealing, **PHRASE)["entries"]
    assert {entry["type"] for entry in entries} == {"count-commitment"}
    assert {path.name.split("-")[0] for path in (tmp_path / "sealed").iterdir()} == {
        f"{number:03}" for number, _ in enumerate(drawn, 1)
    }
    assert kept.stat().st_mode & 0o077 == 0
    assert "is not overwritten" in refused(*record, "--csv", table, "--keep", kept)

    opened = answered(*record, "--csv", kept)["entries"]
    assert {entry["type"] for entry in opened} == {"hand-count"}
    for committed, entry in zip(entries, opened, strict=True):
        body = body_from_plain("hand-count", entry["says"])
        assert isinstance(body, HandCount)
        assert (committed["about"], body.vouchers, body.counts) == (entry["about"], 45, (1, 3, 2, 5, 4, 6, 7))
        digest = opened_count(body)
        assert digest is not None
        assert committed["says"] == {"commitment": status["commitment"], "count": digest.hex()}

    kept.write_text(kept.read_text().replace(opened[0]["says"]["salt"], "00"))
    assert "the salt is not 64 hexadecimal digits" in refused(*record, "--csv", kept)


def test_hand_counts_are_entered_blind_for_boxes_that_were_drawn(
    miniature: Path, keys: Path, tmp_path: Path
) -> None:
    status = answered("audit", "status", miniature, *PRESIDENCY)
    box = status["rounds"][0]["drawn"][0]
    record = ("audit", "record", miniature, *PRESIDENCY, "--as", "observer/faro")
    header = "station,CONCHA,ANCLA,PERLA,RED,REMO,VELA,BOYA,null,blank"
    table = tmp_path / "counts.csv"
    table.write_text(f"{header},vouchers\n{box},1,2,3,4,5,6,7,8,9,45\n")
    done = escrutinio(
        *record, "--csv", table, "--key", keys / "faro.key", "-o", tmp_path / "sealed", **PHRASE
    )
    (entry,) = tomllib.loads(done.stdout)["entry"]
    # The columns go to the options in the definition's order.
    assert entry["says"]["counts"] == [1, 3, 2, 5, 4, 6, 7]
    assert (entry["about"], entry["says"]["audit"]) == (f"{box}/presidencia", status["commitment"])
    (sealed,) = (tmp_path / "sealed").iterdir()
    assert open_record(sealed.read_bytes()).body == body_from_plain("hand-count", entry["says"])
    codes = ("CONCHA", "PERLA", "ANCLA", "REMO", "RED", "VELA", "BOYA")
    options = [f"--option={code}={number}" for number, code in enumerate(codes)]
    by_hand = answered(*record, "--station", box, *options, "--blank", "2")["entries"][0]["says"]
    assert (by_hand["counts"], by_hand["classes"]) == (list(range(7)), [0, 2])
    assert "vouchers" not in by_hand

    assert "drew no box 'S1.01'" in refused(*record, "--station", "S1.01", *options)
    assert "'PERLA' is missing" in refused(*record, "--station", box, "--option", "CONCHA=1")
    assert "no option 'X'" in refused(*record, "--station", box, *options, "--option", "X=1")
    assert "each option once" in refused(*record, "--station", box, *options, options[0])
    assert "not a number" in refused(*record, "--station", box, *options[1:], "--option", "CONCHA=-1")
    assert "fewer than" in refused(*record, "--station", box, *options, "--vouchers", "20")
    for content, says in (
        (f"{header}\n", "rows"),
        (f"{header}\n{box},1\n", "rows"),
        (f"{header}\n{2 * (box + ',1,2,3,4,5,6,7,8,9' + chr(10))}", "stands twice"),
        ("station,CONCHA\n", "first line"),
        ('"', "not a CSV"),
    ):
        table.write_text(content)
        assert says in refused(*record, "--csv", table)
