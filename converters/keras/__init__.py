"""Keras 3 as a target: any model as a `.keras` archive."""
