"""What stays running: receiver, store, sequencer, witness, mirror, static server."""
