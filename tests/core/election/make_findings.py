"""Write docs/findings.md from the one table of findings: `python -m tests.core.election.make_findings`."""

from escrutinio.base.words.catalogue import catalogue
from escrutinio.base.words.say import say_in
from escrutinio.core.election.findings.finding import Severity
from escrutinio.core.election.findings.table import ROWS
from tests.paths import ROOT

PAGE = ROOT / "docs" / "findings.md"

HEAD = """# Findings

A finding is something that a rule noticed in the log, with the entries that show it. It says what was seen,
never what to conclude. Findings are listed by `escrutinio verify`, on the pages, and in `data/findings.csv`,
which has codes and values and no sentence.
Hallazgos: lo que una regla notó, con las entradas que lo muestran; nunca una conclusión.

Only the findings marked **keeps** keep a sheet from counting; all others are shown beside the totals and
change none. A station that does not count for such a reason is *pending*, with its reason.

This page is made from the table in the code (`python -m tests.core.election.make_findings`).
"""


WORDS = """
## Words of values

Names in braces are those of a finding's `values`, besides `entry` (the first of `entries`), `station`,
`contest`, `area` and `count`; a value that is not known is shown as –. These values are codes, several of
them separated by a comma and a space, and stand in sentences with these words.

| code | name | value | in words | en palabras |
| --- | --- | --- | --- | --- |
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for severity in sorted(Severity, reverse=True):
        parts.append(
            f"\n## {severity.name.capitalize()}\n\n| code | | seen | visto |\n| --- | --- | --- | --- |\n"
        )
        for code, row in ROWS.items():
            if row.severity is severity:
                keeps = "**keeps**" if row.keeps else ""
                seen, visto = (
                    f"**{row.label(one)}.** {catalogue(one).gettext(row.english_sentence)}"
                    for one in ("en", "es")
                )
                parts.append(f"| `{code}` | {keeps} | {seen} | {visto} |\n")
    parts.append(WORDS)
    for code, row in ROWS.items():
        for name, words in sorted(row.words.items()):
            for value, said in sorted(words.items()):
                parts.append(f"| `{code}` | `{name}` | `{value}` | {said} | {say_in('es', said)} |\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
