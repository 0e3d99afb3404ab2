"""Benchmarks: ratios against a baseline in the same run. Not tests; `make bench` runs them."""
