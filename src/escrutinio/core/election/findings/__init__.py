"""Findings, a file for each family: its rows, the rules that note them and the words of their values."""
