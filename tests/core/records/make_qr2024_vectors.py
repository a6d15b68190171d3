"""Write docs/vectors/qr2024.json: what every reader of the QR codes of 2024 must accept, refuse and add up.

python -m tests.core.records.make_qr2024_vectors > docs/vectors/qr2024.json
"""

import json
import sys
from collections.abc import Iterator

from escrutinio.core.election.qr2024_options import format_qr2024_options
from escrutinio.core.records.qr2024 import read_qr2024
from escrutinio.intake.authoring.config import read_config
from tests.paths import ROOT

EXAMPLE = ROOT / "examples" / "venezuela-2024"

ABOUT = (
    "Test vectors for the QR codes on the tally sheets of 28 July 2024, which carry no signature "
    "(docs/formats.md). `accepted`: texts read off printed sheets and texts at the edges of the format, with "
    "what they say and the votes by option that `cards` make of it. `refused` are no such texts."
)


def vectors() -> dict[str, object]:
    """The content of docs/vectors/qr2024.json."""
    return {"about": ABOUT, "cards": _cards(), "options": _options(), "accepted": list(_accepted()),
            "refused": [{"reason": reason, "text": text} for reason, text in _refused().items()]}  # fmt: skip


def text() -> str:
    """The file itself: one item a line."""
    lines = []
    for name, value in vectors().items():
        shown = json.dumps(value, ensure_ascii=False)
        if name in ("accepted", "refused") and isinstance(value, list):
            items = ",\n".join("  " + json.dumps(item, ensure_ascii=False) for item in value)
            shown = f"[\n{items}\n ]"
        lines.append(f' "{name}": {shown}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _samples() -> list[str]:
    content = json.loads((EXAMPLE / "data" / "qr_format.json").read_text())
    return [sample["payload"] for sample in content["samples"]]


def _cards() -> object:
    config = read_config((EXAMPLE / "election.toml").read_bytes())
    assert config.shown.qr2024 is not None
    return json.loads(format_qr2024_options(config.shown.qr2024))


def _options() -> list[str]:
    config = read_config((EXAMPLE / "election.toml").read_bytes())
    return [option.code for option in config.contest("presidente").options]


def _accepted() -> Iterator[dict[str, object]]:
    config = read_config((EXAMPLE / "election.toml").read_bytes())
    assert config.shown.qr2024 is not None
    zeros = ",".join(["0"] * 38)
    edges = (f"000000000.01.0.0000!{zeros}!0!0", f"999999999.99.9.9999!{zeros}!4294967295!0")
    for each in (*_samples(), *edges):
        sheet = read_qr2024(each)
        yield {
            "text": each,
            "station": sheet.station,
            "protocol": sheet.protocol,
            "serial": sheet.serial,
            "counts": sheet.counts,
            "null": sheet.null,
            "blank": sheet.blank,
            "by_option": config.shown.qr2024.counts(sheet, _options()),
        }


def _refused() -> dict[str, str]:
    good = _samples()[0]
    head, votes, null, blank = good.split("!")
    first, rest = votes.split(",", 1)
    return {
        "empty": "",
        "37 counts": f"{head}!{rest}!{null}!{blank}",
        "39 counts": f"{head}!1,{votes}!{null}!{blank}",
        "a count with a leading zero": f"{head}!0{first},{rest}!{null}!{blank}",
        "a negative count": f"{head}!-{first},{rest}!{null}!{blank}",
        "a count of 2^32": f"{head}!4294967296,{rest}!{null}!{blank}",
        "no blank ballots": f"{head}!{votes}!{null}",
        "a fifth part": f"{good}!0",
        "table 00": good.replace(".01.", ".00.", 1),
        "a center of 8 digits": good[1:],
        "a line break at the end": f"{good}\n",
        "a space in front": f" {good}",
        "digits of another script": good.replace("1", "١"),
        "a record's prefix": f"ESC1:{good}",
    }


if __name__ == "__main__":
    sys.stdout.write(text())
