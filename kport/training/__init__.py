"""Training on TensorFlow with Keras's API."""
