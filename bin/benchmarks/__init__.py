"""Benchmarks of a whole shop in local production settings, as ratios against the limits of the same machine in the same run."""
