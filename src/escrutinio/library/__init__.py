"""What `import escrutinio` gives: a verified log, its totals, certificates and comparisons, as tables.

The names of `escrutinio.__all__` stand in the modules here, which are loaded when one is asked for.
"""
