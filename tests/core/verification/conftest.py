"""Whatever a test of this folder has verified, what the checks said of it can be said in every language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from escrutinio.core.verification.checks import Answer, Running
from tests.core.verification.speaking import silent


@pytest.fixture(autouse=True)
def every_reason_speaks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Looks at each answer as it is given."""
    answers: list[Answer] = []
    done = Running.done

    def watched(running: Running) -> Answer:
        answers.append(done(running))
        return answers[-1]

    monkeypatch.setattr(Running, "done", watched)
    yield
    assert [text for answer in answers for text in silent(answer)] == []
