"""The table of findings: the families, and what they come to together. A family is added by its line here."""

from escrutinio.core.election.findings import (
    announced,
    audits,
    calendar,
    copies,
    docket,
    entries,
    keys,
    lots,
    machines,
    observers,
    order,
    retractions,
    roll,
    sheets,
    transmission,
    waiting,
    withdrawals,
)
from escrutinio.core.election.findings.family import FAMILIES, RuleInput
from escrutinio.core.election.findings.finding import FindingRow, Findings

ROWS: dict[str, FindingRow] = {
    code: row for _, family in sorted(FAMILIES.items()) for code, row in family.rows.items()
}
"""What each code means, by family and within one in its own order."""

KEEPS = frozenset(code for code, row in ROWS.items() if row.keeps)
"""Codes of the findings that keep a sheet from counting."""


def note_all(given: RuleInput, notes: Findings) -> None:
    """Note what every rule of every family sees; none of them changes what counts."""
    for _, family in sorted(FAMILIES.items()):
        for rule in family.rules:
            rule(given, notes)
