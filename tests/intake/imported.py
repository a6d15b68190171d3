"""The smallest configuration of an import: one contest, two candidates, one organisation that signs."""

CONFIG = """
[election]
code = "x"
kind = "simulation"
title = "Fictional"
place = "Nowhere"
voting_day = 2030-01-01
author = "Importer"
author_role = "importer"
[log]
origin = "x.example/log"
role = "importer"
operator = "Importer"
[[contest]]
code = "p"
title = "P"
method = "plurality"
area = "X"
candidate = [{ code = "a", title = "A" }, { code = "b", title = "B" }]
[organisation."importer/one"]
role = "importer"
title = "One"
[script]
roll_by = "importer/one"
sheets_by = "importer/one"
"""
