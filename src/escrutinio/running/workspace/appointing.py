"""Naming the witnesses of a workspace's log, as its operator has a policy say it."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.files import write_files
from escrutinio.base.inputs import read_input
from escrutinio.core.log.policy import Policy
from escrutinio.core.log.trust import Trust, format_trust, parse_trust
from escrutinio.running.workspace.witnesses import (
    GroupTable,
    WitnessesTable,
    WitnessTable,
    policy_of,
)
from escrutinio.running.workspace.workspace import Workspace, keep_settings

TRUST_FILE = "trust.toml"
MAX_TRUST = 1024 * 1024


def witnesses_table(policy: Policy, *, patience: float) -> WitnessesTable:
    """`witnesses` of `workspace.json` from a policy; `patience` in seconds."""
    return WitnessesTable(
        witness=tuple(WitnessTable(name=w.name, vkey=str(w.key), url=w.url) for w in policy.witnesses),
        group=tuple(GroupTable(name=g.name, threshold=g.threshold, members=g.members) for g in policy.groups),
        quorum=policy.quorum,
        patience=patience,
    )


def appoint(workspace: Workspace, policy: Policy) -> tuple[Workspace, Trust]:
    """Let these be the witnesses, with this quorum, of the log; and its trust file name them from now on.

    Those who have an earlier trust file go on with it: what it asks for is between them and their witnesses.
    Raises InputError for a policy of another log, LogError where witnesses and log share a key or the trust
    file is none.
    """
    path = workspace.public / TRUST_FILE
    found = parse_trust(read_input(path, MAX_TRUST), str(path))
    log = found.policy.logs[0].key
    if any(each.key != log for each in policy.logs):
        raise InputError("witnesses-other-log", origin=log.name)
    table = witnesses_table(policy, patience=workspace.settings.witnesses.patience)
    made = replace(found, policy=policy_of(log, table))
    settings = msgspec.structs.replace(workspace.settings, witnesses=table)
    write_files(workspace.public, [(TRUST_FILE, format_trust(made))])
    keep_settings(workspace.directory, settings)
    return Workspace(workspace.directory, settings), made
