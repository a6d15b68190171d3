"""How it is kept: Merkle tree, tiles, signed notes, checkpoints, proofs, reader and writer."""
