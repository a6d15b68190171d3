"""Write docs/vectors/edges.json: where implementations had disagreed, and what one record did to all of them.

python -m tests.edges.make_edges > docs/vectors/edges.json
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from escrutinio.core.election.state import ElectionState
from escrutinio.core.election.totals import totals
from escrutinio.core.log.checkpoint import Checkpoint, sign_checkpoint
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.reader import CHECKPOINT
from escrutinio.core.log.staging import LogEdge
from escrutinio.core.log.tiles import Frontier
from escrutinio.core.verification.publication import Verification, verify_publication
from tests.edges import acts, claims, logs, tables
from tests.edges.edge import ATTACHMENTS, EDGES, Edge
from tests.edges.files import Case, proofs, trust_files

ABOUT = (
    'Edges (docs/formats.md, "Where implementations had disagreed"), of an election that does not exist; the '
    "keys are for tests alone. `logs`: publications without `data/`, their `files` in hexadecimal by path; "
    "those of `unreadable` are there and cannot be read. `checks` are the answers by the numbers of "
    "docs/verifying.md, those that bear on the case; there is no trust file. `totals` by contest and basis, "
    "at the contest's area: votes by candidate, valid ballots, ballots of each class, stations counted; "
    "stations pending, annulled; "
    "nothing else has any. `trust_files` and `proofs` are read or refused. `sums`: numbers and their exact "
    "sum. `right`: who had been right before there was a rule."
)
MODULES = (acts, claims, tables, logs)
"""Where the cases are: each adds its own to `EDGES`."""

SUMS = [
    [2**53 - 1, 1],
    [2**53, 1],
    [2**53 - 2, 1],
    [2**32 - 1] * 3,
    [2**53 - 1, 2**53 - 1, 2**53 - 1],
    [2**60, 1, 2**32 - 1],
]


def files_of(edge: Edge) -> dict[str, bytes]:
    """The publication of a case, by path."""
    made, files = LogEdge(Frontier()).extend(edge.day.log)
    signer = NoteSigner(edge.origin, KeyType.ED25519, bytes(range(32)))
    signed = sign_checkpoint(Checkpoint(edge.origin, made.size, made.frontier.root), signer)
    found = {f"log/{path}": content for path, content in [*files, (CHECKPOINT, signed.note.data)]}
    found |= {f"{ATTACHMENTS}/{digest.hex()}": content for digest, content in edge.day.attachments.items()}
    for path, content in edge.files.items():
        if content is None:
            found.pop(path)
        else:
            found[path] = content
    return dict(sorted(found.items()))


def verified(files: dict[str, bytes], unreadable: list[str]) -> Verification:
    """What this implementation says of a publication without `data/`."""
    with tempfile.TemporaryDirectory() as name:
        for path, content in files.items():
            place = Path(name, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            if path in unreadable:
                place.mkdir()
            else:
                place.write_bytes(content)
        return verify_publication(name, only_log=True)


def totals_of(state: ElectionState) -> dict[str, Any]:
    """What there is to add up, by contest and basis."""
    found = {}
    for contest in state.contests:
        area = state.areas.index[contest.area]
        for basis in state.bases:
            table = totals(state, contest.code, basis.code)
            annulled = state.annulled[contest.code] if basis.code == "ruled" else ()
            pending = state.pending[contest.code, basis.code]
            said = {
                "candidates": table.candidates[area].tolist(),
                "valid": int(table.valid[area]),
                "classes": table.classes[area].tolist(),
                "stations": int(table.stations_counted[area]),
                "pending": sorted(state.roll.stations[at] for at in pending),
                "annulled": sorted(state.roll.stations[at] for at in annulled),
            }
            if said["stations"] or said["pending"] or said["annulled"]:
                found[f"{contest.code} {basis.code}"] = said
    return found


def all_logs() -> Iterator[dict[str, Any]]:
    """Every case with its files, its answers and its totals."""
    for name, make in EDGES.items():
        edge = make()
        files = files_of(edge)
        judged = edge.checks.get(8) == "holds" and edge.checks.get(12) != "open"
        state = verified(files, list(edge.unreadable)).state if judged and 10 in edge.checks else None
        yield {
            "name": name,
            "right": edge.right,
            "because": edge.because,
            "unreadable": list(edge.unreadable),
            "checks": {str(number): answer for number, answer in sorted(edge.checks.items())},
            "totals": None if state is None else totals_of(state),
            "files": {path: content.hex() for path, content in files.items()},
        }


def plain(case: Case) -> dict[str, Any]:
    what, content, reads, right = case
    return {"what": what, "reads": reads, "right": right, "file": content.hex()}


def vectors() -> dict[str, list[dict[str, Any]]]:
    """The cases of docs/vectors/edges.json, by kind."""
    return {
        "logs": list(all_logs()),
        "trust_files": list(map(plain, trust_files())),
        "proofs": list(map(plain, proofs())),
        "sums": [{"terms": list(map(str, terms)), "sum": str(sum(terms))} for terms in SUMS],
    }


def text() -> str:
    """The file itself: one case a line."""
    lists = [
        f' "{name}": [\n' + ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in cases) + "\n ]"
        for name, cases in vectors().items()
    ]
    return f'{{\n "about": {json.dumps(ABOUT, ensure_ascii=False)},\n' + ",\n".join(lists) + "\n}\n"


if __name__ == "__main__":
    sys.stdout.write(text())
