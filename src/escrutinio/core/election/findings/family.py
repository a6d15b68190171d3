"""A family of findings: the rows that it owns, the words of their values, and the rules that note them.

A family is a module of this package with one `FAMILY`, and a line in `table`:

    FAMILY = Family("docket")

    UNANSWERED = FAMILY.finding("complaint-unanswered", NOTE, "Label | Sentence.")

    @FAMILY.rule
    def _complaints(given: RuleInput, notes: Findings) -> None: ...

A rule looks at a whole state and changes nothing that counts. A code that is noted where entries are read or
counted is a row of the family that it belongs to, and imported from there.
"""

from collections.abc import Callable, Mapping

from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.findings.finding import REGISTERED, FindingRow, Findings, Severity
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import ElectionState

NOTE, WARNING, CRITICAL = Severity.NOTE, Severity.WARNING, Severity.CRITICAL


@dataclass(frozen=True, eq=False, slots=True)
class RuleInput:
    """What a rule may look at: the state, as yet without findings, and the log's root hash at a size."""

    state: ElectionState
    root_at: Callable[[int], bytes]


Rule = Callable[[RuleInput, Findings], None]
ContestRule = Callable[[ElectionState, str, SheetTable, Findings], None]
"""A rule that looks at one contest after the other: its code and its table."""


class Family:
    """The findings of one subject. Raises ValueError for a name or code that is taken."""

    def __init__(self, name: str) -> None:
        if name in FAMILIES:
            raise ValueError(f"the family {name} is there already")
        FAMILIES[name] = self
        self.name = name
        self.rows: dict[str, FindingRow] = {}
        self.rules: list[Rule] = []

    def finding(self, code: str, severity: Severity, english: str, *, keeps: bool = False) -> str:
        """Declare a code, with its English as "label | sentence", two messages, and give it back.

        `keeps`: it keeps a sheet from counting. Names in braces are filled from the finding's values.
        """
        if code in REGISTERED:
            raise ValueError(f"the finding {code} is there already")
        label, sentence = english.split(" | ")
        self.rows[code] = REGISTERED[code] = FindingRow(code, severity, keeps, label, sentence)
        return code

    def words(self, code: str, name: str, words: Mapping[str, str]) -> None:
        """Give the words (marked with `N_`) of the codes that the value `name` of a finding can have.

        The finding may be another family's: each gives the words of what it notes.
        """
        known = REGISTERED[code].words.setdefault(name, {})
        for value, english in words.items():
            if value in known:
                raise ValueError(f"{code} has words for {value} already")
            known[value] = english

    def rule(self, rule: Rule) -> Rule:
        """Register a rule that looks at the whole state."""
        self.rules.append(rule)
        return rule

    def contest_rule(self, rule: ContestRule) -> ContestRule:
        """Register a rule that looks at each contest by itself."""

        def of_all(given: RuleInput, notes: Findings) -> None:
            for contest, table in given.state.tables.items():
                rule(given.state, contest, table, notes)

        self.rules.append(of_all)
        return rule


FAMILIES: dict[str, Family] = {}
"""The families by name, in the order in which they were read."""
