"""What anyone recomputes: an auditor reads this folder and `base`, nothing else."""
