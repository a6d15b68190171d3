"""Where the repository stands, for tests that read its documents and examples."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
VECTORS = ROOT / "docs" / "vectors"

MOMENTS = ROOT / "tests" / "data" / "moments.json"
"""How moments are written, by language and offset, in Python and in the browser alike."""
