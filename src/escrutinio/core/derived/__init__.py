"""The tables that follow from a log, byte for byte."""
