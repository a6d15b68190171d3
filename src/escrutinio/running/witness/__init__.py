"""Cosigning other people's logs, and remembering what was cosigned."""
