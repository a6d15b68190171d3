"""Benchmarks: each prints its figure beside the floor it is measured against."""
