"""The commands of an audit: plan, commitment, draw, hand counts, status, and records sealed with a key."""

import tomllib
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.records.entry import body_from_plain, open_record, verify
from escrutinio.core.records.keyfiles import write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.intake.authoring.keyring import Keyring
from tests.cli.running import OFFICER, PRESIDENCY, answered, escrutinio, refused, said


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
    assert (plan["margin"], plan["boxes_macro"], plan["boxes"]) == (3_987_338, 10, 11)
    assert (plan["vouchers_expected"], plan["vouchers_likely"]) == (45, 112)
    assert (found["outstanding"], worst["margin"], worst["boxes_macro"]) == (3_346_136, 641_202, 68)
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
    assert "boxes is less work" in said("audit", "plan", miniature, "--contest", "consejo-norte")


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
    assert [box["station"] for box in three["entries"][0]["says"]["boxes"]] == status["next"][:3]
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
        "size": 153,
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
