"""The TensorFlow.js target."""
