"""Escrutinio: an election results system that nobody has to trust.

Everyone with something to say about an election signs it as a record; every record goes into one
public, append-only log; results, audits and pages are views that anyone recomputes from that log on a
laptop, offline. The package has ten rooms, and a room imports only from rooms below it: cli,
simulation, machine, service, publication, intake, evidence, election, log, records.
"""

__version__ = "0.1.0"
