"""Speed, memory and quality beside the official converters: `make bench` writes docs/benchmarks/.

Every conversion is a cold process; contestants take turns, so that a machine that drifts drifts for both. Medians.
"""
