"""Names of capitals as pages write them: what is listed, plain words, and nothing guessed."""

import pytest

from escrutinio.intake.authoring.spelling import Spelling

SPELLING = Spelling({"PQ.": "Parroquia", "JOSE": "José", "STA.": "Santa"}, ("DE LA", "DE", "Y"))


@pytest.mark.parametrize(
    ("roll", "written"),
    [
        ("PQ. SAN JOSE DE LA SIERRA", "Parroquia San José de la Sierra"),
        ("PQ.STA. ROSA", "Parroquia Santa Rosa"),
        ("PQ. LA CEIBA Y MAR", "Parroquia La Ceiba y Mar"),
        ("PQ. JUAN XXIII", "Parroquia Juan XXIII"),
        ("CM. ALTA DE LA M", "CM. Alta de la M"),
        ("PQ. 23 DE ENERO", "Parroquia 23 de Enero"),
        ("PQ. BLVNO (I.SUR)", "Parroquia Blvno (I.SUR)"),
        ("Puerto JOSE", "Puerto JOSE"),
    ],
)
def test_a_name_is_written_out(roll: str, written: str) -> None:
    assert SPELLING.written(roll) == written


def test_without_a_list_every_name_stays() -> None:
    assert Spelling().written("PQ. SAN JOSE") == "PQ. SAN JOSE"
