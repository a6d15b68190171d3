"""Write docs/refusals.md from the catalogues and the source: `python -m tests.base.make_refusals`."""

from tests.base.refusals import BROWSER, rooms, table
from tests.paths import ROOT

PAGE = ROOT / "docs" / "refusals.md"

HEAD = """# Refusals

Whatever this program refuses, it refuses with a code and values, which become one sentence in the reader's
language where they are shown: what was found, where, and what to do. Python and the browser refuse the same
thing with the same code. A place that a sentence does not name stands before it (`at-place`). Codes are for
programs that read the JSON of the commands; the sentences may change, a code keeps its meaning.
Negativas: cada una tiene un código y valores, que se dicen en una frase en el idioma de quien la lee.

With `--json` a command that refuses prints `{"refusal": code, "values": {…}, "sentence": "…"}` on standard
output, the sentence in the language of the commands; the sentence on standard error and the exit code are as
without. A command that is called wrongly, with an unknown option say, says so on standard error alone.

The last column says who refuses so: the rooms of `src/escrutinio`, and the pages in the browser.

This page is made from the catalogues and the code (`python -m tests.base.make_refusals`).

"""


def page() -> str:
    """The whole page."""
    spanish, where = table("es"), rooms()
    lines = ["| code | English | español | refused by |", "| --- | --- | --- | --- |"]
    for code, english in sorted(table("en").items()):
        places = ", ".join(sorted(where[code], key=lambda room: (room == BROWSER, room)))
        lines.append(f"| `{code}` | {_cell(english)} | {_cell(spanish[code])} | {places} |")
    return HEAD + "\n".join(lines) + "\n"


def _cell(sentence: str) -> str:
    return sentence.replace("|", "\\|").replace("<", "\\<").replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
