"""Every vector of docs/vectors/audit.json about audits: draws, bounds, sequential tests, sample sizes."""

import json
import re
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pytest

from escrutinio.evidence.audit import bravo, draw, hot, ppeb, sequential
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Boxes, error_bounds
from escrutinio.evidence.claims.feasibility import chance_of_none
from tests.evidence.audit.contest import most_votes
from tests.paths import ROOT
from tests.reference import comparison, draws, polling_rounds
from tests.reference import sequential as others

VECTORS: list[dict[str, Any]] = json.loads(
    (ROOT / "docs" / "vectors" / "audit.json").read_text(encoding="utf-8")
)["vectors"]
REAL = "real data"
Inputs = dict[str, Any]


def null(i: Inputs) -> sequential.Null:
    return sequential.Null(i["t"], i["u"], None if i["N"] == "inf" else i["N"])


def errors(i: Inputs) -> dict[str, Any]:
    found: dict[str, Any] = {
        "over": (i.get("o1", 0), i.get("o2", 0)),
        "under": (i.get("u1", 0), i.get("u2", 0)),
    }
    return {**found, "gamma": i["gamma"]}


def boxes(rows: list[list[int]], ballots: list[int]) -> Boxes:
    return Boxes(tuple(map(str, range(len(rows)))), np.array(rows, np.int64), np.array(ballots, np.int64))


def bound_sum(i: Inputs, example: Boxes) -> Fraction:
    fixture = i.get("fixture", "")
    if REAL in fixture:
        return error_bounds(example, most_votes(example.totals)).total
    if "third" in i:
        rows = [[w, x, z] for (w, x, _), z in zip(i["batches"], i["third"], strict=True)]
        made = boxes(rows, [ballots for *_, ballots in i["batches"]])
        pairs = most_votes(made.totals)
        return error_bounds(made, pairs, outstanding=2).total
    small = re.findall(r"(\d+) (?:x|batches|of)[^(]*(?:\([a-z,]+\)=)?\((\d+),(\d+),(\d+)\)", fixture)
    rows, ballots = [], []
    for number, w, x, b in small:
        rows += [[int(w), int(x)]] * int(number)
        ballots += [int(b)] * int(number)
    pair = (Assertion(0, 1, (1, -1)),)
    return error_bounds(boxes(rows, ballots), pair).total


def one_bound(i: Inputs, _: Boxes) -> float:
    """u_p of a box beside another one that brings the margin to V."""
    rest = i["V"] - i["v_w"] + i["v_l"]
    made = boxes([[i["v_w"], i["v_l"]], [rest, 0]], [i["ballots"], rest])
    return float(error_bounds(made, (Assertion(0, 1, (1, -1)),)).of(0))


def taint(text: int | str) -> Fraction:
    if isinstance(text, int):
        return Fraction(text)
    top, bottom = re.findall(r"(\d+)\)?/\(?(\d+)", text)[0]
    return Fraction(int(top), int(bottom))


def macro(i: Inputs, example: Boxes) -> float:
    taints = []
    for each in i["taints"]:
        times = int(m[1]) if isinstance(each, str) and (m := re.search(r" x(\d+) ", each)) else 1
        taints += [taint(each)] * times
    if "batches" in i:
        rows = [[w, x] for w, x, _ in i["batches"]]
        total = error_bounds(boxes(rows, [b for *_, b in i["batches"]]), (Assertion(0, 1, (1, -1)),)).total
    else:
        total = bound_sum(i, example) if "fixture" in i else Fraction(i["U"])
    return float(ppeb.macro_risk(taints, total))


def first_sample(i: Inputs, example: Boxes) -> int:
    total = bound_sum(i, example) if "fixture" in i else Fraction(i["U"])
    return ppeb.clean_draws(total, Fraction(str(i["alpha"])), bet=ppeb.MACRO) + int(i["plus_one"])


def sample_after(i: Inputs, example: Boxes) -> int:
    total = Fraction(i["U"])
    reached = ppeb.settle([Fraction(0)] * i["clean_draws_so_far"], total, bet=ppeb.MACRO)
    return ppeb.clean_draws(total, Fraction(str(i["alpha"])), bet=ppeb.MACRO, start=reached.now) + 1


def shares(i: Inputs, example: Boxes) -> tuple[float, float]:
    if REAL not in i.get("fixture", ""):
        return i["p_w"], i["p_l"]
    everything = int(example.bound.sum())
    return example.totals[0] / everything, example.totals[1] / everything


def comparison_first(i: Inputs, example: Boxes) -> int:
    if REAL in i.get("fixture", ""):
        return comparison.comparison_size_of_votes(
            i["alpha"], example.totals[0], example.totals[1], int(example.bound.sum())
        )
    return comparison.comparison_size_of_votes(i["alpha"], i["winner"], i["loser"], i["ballots"])


def arlo_draw(i: Inputs, _: Boxes) -> list[list[object]]:
    names = {str((f"pct {b}", n)): [f"pct {b}", n] for b in range(1, 5) for n in range(1, 26)}
    drawn = draw.consistent_sample(list(names), i["seed"], i["take"], replace=i["replace"])
    return [[draws.trim_ticket(ticket, i["digits"]), names[name], times] for ticket, name, times in drawn]


def polling_stops(i: Inputs, kind: str) -> list[int]:
    stops = polling_rounds.minerva_stops if kind == "minerva" else polling_rounds.bravo_stops
    return stops(i["margin"], i["alpha"], i["cumulative_round_sizes"])


FUNCTIONS: dict[str, Callable[[Inputs, Boxes], object]] = {
    "rivest_sampler": lambda i, _: list(
        islice(draws.rivest_numbers(i["seed"], i["total"], replace=i["with_replacement"]), i["count"])
    ),
    "sha256_uniform": lambda i, _: draw.uniform_fraction(i["s"]),
    "first_fraction": lambda i, _: draw.first_ticket(i["seed"], i["id"]),
    "next_fraction": lambda i, _: draw.next_ticket(i["x"]),
    "trim": lambda i, _: draws.trim_ticket(i["x"], i["digits"]),
    "trim(first_fraction,18)": lambda i, _: draws.trim_ticket(draw.first_ticket(i["seed"], i["id"]), 18),
    "consistent_sample_ids": lambda i, _: [
        name
        for _, name, _ in draw.consistent_sample(i["ids"], str(i["seed"]), i["take"], replace=i["replace"])
    ],
    "consistent_sample": arlo_draw,
    "cryptorandom_randint_trunc": lambda i, _: list(
        islice(draws.cryptorandom_numbers(i["seed"], i["a"], i["b"]), i["n"])
    ),
    "cryptorandom_hash": lambda i, _: draws.cryptorandom_hash(i["seed"], i["i"]).hex(),
    "cryptorandom_randbelow_from_randbits": lambda i, _: draws.cryptorandom_below(i["seed"], i["n"]),
    "nmin": lambda i, _: comparison.comparison_size(i["alpha"], i["margin"], **errors(i)),
    "rho": lambda i, _: comparison.sample_size_multiplier(i["alpha"], i["lambdatol"], gamma=i["gamma"]),
    "km_expected_sample_size": lambda i, _: comparison.expected_comparison_size(
        i["alpha"], i["margin"], over=(i["o1_rate"], i["o2_rate"]), under=(i["u1_rate"], i["u2_rate"]),
        gamma=i["gamma"],
    ),
    "km_p_value": lambda i, _: comparison.comparison_risk(i["n"], i["margin"], **errors(i)),
    "supersimple_initial_sample_size": comparison_first,
    "overstatement_assorter": lambda i, _: comparison.overstatement_value(
        i["margin"], i["overstatement"], i["u"]
    ),
    "supermajority_assorter": lambda i, _: float(
        comparison.share_value(Fraction(i["threshold"]), i["vote"])
    ),
    "oneaudit_pool_mean": lambda i, _: comparison.pool_mean([0.5 if v is None else v for v in i["A_votes"]]),
    "bravo_asn": lambda i, e: bravo.bravo_expected(i["alpha"], *shares(i, e)),
    "bravo_p": lambda i, _: bravo.bravo_risk(
        i["winner_votes"], i["loser_votes"], i["winner_obs"], i["loser_obs"]
    ),
    "bravo_sample_size_quantile": lambda i, e: bravo.bravo_quantile(
        i["alpha"], *shares(i, e), i["prob"],
        winner_drawn=i.get("sample_w", 0), loser_drawn=i.get("sample_l", 0),
    ),
    "minerva_kmin": lambda i, _: polling_stops(i, "minerva"),
    "eor_bravo_kmin": lambda i, _: polling_stops(i, "bravo"),
    "cumulative_risk": lambda i, _: polling_rounds.risk_by_round(
        i["cumulative_round_sizes"], polling_stops(i, i["kind"])
    ),
    "macro_U": lambda i, e: float(bound_sum(i, e)),
    "macro_u_p": one_bound,
    "macro_p": macro,
    "macro_sample_size": first_sample,
    "macro_sample_size_after": sample_after,
    "kaplan_markov": lambda i, _: others.kaplan_markov_risk(
        i["x"], i["t"], pad=i["g"], in_order=i.get("random_order", True)
    ),
    "kaplan_wald": lambda i, _: others.kaplan_wald_risk(i["x"], i["t"], pad=i["g"]),
    "alpha_mart_shrink_trunc_p": lambda i, _: sequential.alpha_risk(
        i["x"], null(i), guess=i["eta"], weight=i["d"]
    ),
    "alpha_sample_size": lambda i, _: sequential.clean_sample(
        partial(others.alpha_risk_fixed, null=null(i), guess=i["eta"]), i["alpha"]
    ),
    "betting_mart_p": lambda i, _: others.betting_risk(i["x"], null(i), bet=i["lam"]),
    "betting_fixed_p": lambda i, _: others.betting_risk(i["x"], null(i), bet=i["lam"]),
    "betting_agrapa_p": lambda i, _: others.agrapa_risk(
        i["x"], null(i), first=i["lam1"], least=i["c_grapa_0"], most=i["c_grapa_max"], grow=i["c_grapa_grow"]
    ),
    "p_none_hypergeom": lambda i, _: float(chance_of_none(i["N"], i["bad"], i["audited"])),
}  # fmt: skip

MINE = [vector for vector in VECTORS if vector["function"] in FUNCTIONS]


@pytest.mark.parametrize("vector", MINE, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any], example: Boxes) -> None:
    found, expected = FUNCTIONS[vector["function"]](vector["inputs"], example), vector["expected"]
    if expected == "NaN":
        assert found is None
    elif vector["tol"]:
        assert found == pytest.approx(expected, abs=vector["tol"], rel=0)
    elif isinstance(expected, float):
        # What was computed in floats by others agrees to the last bits.
        assert found == pytest.approx(expected, abs=0, rel=1e-14)
    else:
        assert found == expected


def test_all_vectors_about_audits_are_here() -> None:
    others = {
        "fraction_counted_for_irreversibility",
        "hot_audit_fraction",
        "integer_anomaly_either",
        "min_false_sheets",
        "min_false_sheets_bulletin1",
        "moe",
        "ndi_voters_sample",
        "residual_vector",
        "rounding_match",
        "rounding_p3",
        "totals",
    }
    assert {vector["function"] for vector in VECTORS} - set(FUNCTIONS) == others
    assert len(MINE) == 102


def test_the_share_of_the_hot_audit(centers: list[int]) -> None:
    vector = next(v for v in VECTORS if v["function"] == "hot_audit_fraction")
    assert [hot.opened_boxes(centers), sum(centers)] == vector["expected"]
