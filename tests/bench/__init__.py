"""Speed, memory and quality beside tf2onnx: `make bench` writes docs/benchmarks.md and its plot.

Every conversion is a cold process; contestants take turns, so that a machine that drifts drifts for both. Medians.
"""
