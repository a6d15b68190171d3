"""Write docs/findings.md from the one table of findings: `python -m tests.core.election.make_findings`."""

from escrutinio.core.election.findings.finding import Severity
from escrutinio.core.election.findings.table import ROWS
from tests.paths import ROOT

PAGE = ROOT / "docs" / "findings.md"

HEAD = """# Findings

A finding is something that a rule noticed in the log, with the entries that show it. It says what was seen,
never what to conclude. Findings are listed by `escrutinio verify`, on the pages, and in `data/findings.csv`.
Hallazgos: lo que una regla notó, con las entradas que lo muestran; nunca una conclusión.

Only the findings marked **keeps** keep a sheet from counting; all others are shown beside the totals and
change none. A station that does not count for such a reason is *pending*, with its reason.

This page is made from the table in the code (`python -m tests.core.election.make_findings`).
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for severity in sorted(Severity, reverse=True):
        parts.append(
            f"\n## {severity.name.capitalize()}\n\n| code | | seen | visto |\n| --- | --- | --- | --- |\n"
        )
        for code, rule in ROWS.items():
            if rule.severity is severity:
                keeps = "**keeps**" if rule.keeps else ""
                seen, visto = (f"**{rule.label[one]}.** {rule.sentence[one]}" for one in ("en", "es"))
                parts.append(f"| `{code}` | {keeps} | {seen} | {visto} |\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
