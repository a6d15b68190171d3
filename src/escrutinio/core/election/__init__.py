"""What it means: definition, roll, rules, the fold from log to state, totals, findings."""
