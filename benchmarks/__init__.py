"""Benchmarks: how fast the product is beside what its parts alone cost. See docs/benchmarks.md."""
