"""Rows in the shape of each recipe (tests/data/recipes, made up), and what must come out of them."""

from collections.abc import Mapping
from pathlib import Path
from shutil import copy, copytree

from tests.paths import ROOT

DATA = ROOT / "tests" / "data" / "recipes"
EXPECTED: Mapping[str, Mapping[str, Mapping[str, int]]] = {
    "bo-oep": {
        "presidente-y-vicepr-a1d6": {"SOL": 231, "luna-mar": 232, "RIO": 38, "blank": 11, "null": 11},
        "diputados-uninominales": {"SOL": 95, "luna-mar": 60, "RIO": 25, "blank": 15, "null": 6},
    },
    "br-bu": {
        "Presidente": {"77-ana": 219, "88-bia": 90, "blank": 4, "null": 7},
        "Governador": {"77-cia": 210, "blank": 10, "null": 0},
    },
    "ca-polls": {
        "99001": {"ann-able": 153, "bo-baker": 134, "null": 3},
        "99002": {"cy-cole": 70, "di-dunn": 80, "ed-eck": 9, "null": 0},
    },
    "de-kerg": {
        "first": {"partei-blau": 1000, "partei-grau": 300, "null": 15},
        "second": {"partei-blau": 710, "partei-grau": 586, "null": 19},
    },
    "mx-ine-computos": {
        "contest": {
            "AZUL": 166,
            "VERDE": 283,
            "AZUL-VERDE": 25,
            "ROJO": 170,
            "candidato-a-no-regi-5e62": 4,
            "null": 15,
        }
    },
    "mx-ine-prep": {
        "contest": {"AZUL": 315, "VERDE": 201, "C_AZUL_VERDE": 13, "NO_REGISTRADOS": 2, "null": 20}
    },
    "openelections": {
        "Governor": {"ann-able": 1319, "bo-baker": 301, "Write-ins": 3, "blank": 10, "null": 1},
        "state-house-4": {"cy-cole": 155},
        "state-house-5": {"di-dunn": 82},
    },
    "pe-onpe": {"contest": {"1": 250, "2": 231, "blank": 5, "null": 15, "contested": 1}},
    "pl-pkw": {
        "contest": {"adamczyk-zmyslona": 590, "baran-zmyslony": 785, "cicha-zmyslona": 200, "null": 24}
    },
    "py-trep": {
        "contest": {"lista-1": 170, "lista-2": 221, "lista-8": 9, "blank": 7, "null": 10, "uncounted": 3}
    },
    "tn-isie": {
        "contest": {
            "candidat-un": 220,
            "candidate-deux": 270,
            "candidat-trois": 55,
            "blank": 3,
            "null": 12,
        }
    },
}


def placed(name: str, base: Path) -> Path:
    """The rows of a recipe in a directory of their own: a file, or a folder of files of one shape."""
    if (DATA / name).is_dir():
        return Path(copytree(DATA / name, base / name))
    return Path(copy(DATA / f"{name}.csv", base))
