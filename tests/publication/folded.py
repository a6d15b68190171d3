"""The miniature as it was before it was rendered."""

from pathlib import Path

from escrutinio.core.election.fold import fold
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import SignedCheckpoint, parse_checkpoint
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.log.trust import Trust, parse_trust
from escrutinio.intake.authoring.config import read_config
from escrutinio.intake.authoring.presentation import Presentation
from tests.paths import ROOT


def folded(publication: Path) -> tuple[ElectionState, Presentation, SignedCheckpoint, Trust]:
    """What a publication of the miniature was rendered from."""
    reader = open_log(publication / "log")
    checkpoint = parse_checkpoint(reader.checkpoint())
    attachments = {bytes.fromhex(path.name): path for path in (publication / "attachments").iterdir()}
    state = fold(
        [list(read_entries(reader, checkpoint.checkpoint.size))],
        lambda digest: attachments[digest].read_bytes() if digest in attachments else None,
    )
    source = ROOT / "examples/miniature/election.toml"
    trust = parse_trust((publication / "trust.toml").read_bytes())
    return state, read_config(source.read_bytes(), source.name).shown, checkpoint, trust
