"""Writing an election: configuration, keys at hand, script, composing."""
