"""Training against real Keras."""
