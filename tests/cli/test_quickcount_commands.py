"""The commands of a quick count: tables needed, a sample committed to, estimates from what came in."""

from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.running import PRESIDENCY, SEED, answered, refused, said


def test_how_many_tables_a_quick_count_of_the_example_needs(venezuela: Path) -> None:
    found = answered("quickcount", "plan", venezuela)
    assert (found["candidate"], found["population"]) == ("EG", 25_073)
    assert [each["tables"] for each in found["sizes"]] == [178, 696, 2_569]
    assert found["design_effect"] == pytest.approx(36.6, abs=0.05)
    assert found["correlation"] == pytest.approx(0.082, abs=0.0005)


@pytest.mark.slow
def test_a_sample_is_committed_to_kept_and_estimated_from(venezuela: Path, tmp_path: Path) -> None:
    draw = ("quickcount", "sample", venezuela, "--seed", SEED, "--take", "300", "--design", "stratified")
    kept = answered(*draw, "-o", tmp_path / "sample")
    plan, secret = tmp_path / "sample/plan.txt", tmp_path / "sample/secret.txt"
    assert len(kept["stations"]) == 300
    assert {file.stat().st_mode & 0o077 for file in (plan, secret)} == {0}
    assert kept["commitment"] == sha256(bytes.fromhex(secret.read_text()) + plan.read_bytes()).hexdigest()

    estimate = ("quickcount", "estimate", venezuela, "--plan", plan)
    proof = ("--secret", secret, "--commitment", kept["commitment"])
    found = answered(*estimate, *proof)
    assert (found["drawn"], found["leader"], found["commitment_checked"]) == (300, "EG", True)
    share = {each["candidate"]: (each["low"], each["high"]) for each in found["estimates"]}["EG"]
    assert share[0] < 7_303_480 / 10_887_262 < share[1]


def test_a_plan_that_is_not_the_one_committed_to_is_refused(miniature: Path, tmp_path: Path) -> None:
    directory = tmp_path / "sample"
    plan, secret = directory / "plan.txt", directory / "secret.txt"
    for design in ("clusters", "simple"):
        answered(
            "quickcount", "sample", miniature, *PRESIDENCY, "--seed", SEED, "--take", "3", "--design", design,
            "-o", tmp_path / design,
        )  # fmt: skip
    (tmp_path / "simple").rename(directory)
    estimate = ("quickcount", "estimate", miniature, *PRESIDENCY, "--plan", plan)
    assert "not what was committed to" in refused(*estimate, "--secret", secret, "--commitment", "0" * 64)
    assert "64 hexadecimal digits each" in refused(*estimate, "--secret", plan, "--commitment", "0" * 64)
    assert "go together" in refused(*estimate, "--secret", secret)
    text = plan.read_text()
    for wrong in (text.replace("take 3", "take 2"), text[:-1], text + "drawn X\n", "", "\xff"):
        plan.write_text(wrong, encoding="latin-1")
        assert "not the plan" in refused(*estimate)


def test_tables_that_did_not_come_in_widen_the_interval(miniature: Path, tmp_path: Path) -> None:
    sample = ("quickcount", "sample", miniature, *PRESIDENCY, "--seed", SEED, "--take", "12")
    assert "Nothing was committed to" in said(*sample)
    assert answered(*sample, "-o", tmp_path / "all")["frame"] == 12
    assert "is not overwritten" in refused(*sample, "-o", tmp_path / "all")
    plan = ("--plan", tmp_path / "all/plan.txt")
    found = answered("quickcount", "estimate", miniature, *PRESIDENCY, "--basis", "reported", *plan)
    assert (found["drawn"], found["obtained"], found["leader"]) == (12, 10, None)
    assert all(each["margin"] is None for each in found["estimates"])
    assert "unknown" in said("quickcount", "estimate", miniature, *PRESIDENCY, *plan, "--basis", "paper")
