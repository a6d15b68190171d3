"""All kinds of inputs, by the word for each on the command line, in the order in which they are tried."""

from __future__ import annotations

from typing import Any

from tests.fuzz.elections import Elections, Published
from tests.fuzz.flips import Flips
from tests.fuzz.inputs import Inputs
from tests.fuzz.kills import Kills
from tests.fuzz.notes import Notes, VerifierKeys
from tests.fuzz.records import Quick, Records
from tests.fuzz.signatures import Signatures
from tests.fuzz.subject import Subject
from tests.fuzz.tables import Tables
from tests.fuzz.tree import Bundles, ProofFiles, TreeProofs
from tests.fuzz.trust_files import TrustFiles
from tests.fuzz.zips import Zips

SUBJECTS: dict[str, type[Subject[Any]]] = {
    each.name: each
    for each in (
        Records,
        Quick,
        Signatures,
        Notes,
        VerifierKeys,
        Bundles,
        TrustFiles,
        ProofFiles,
        TreeProofs,
        Tables,
        Elections,
        Published,
        Inputs,
        Zips,
        Flips,
        Kills,
    )
}
