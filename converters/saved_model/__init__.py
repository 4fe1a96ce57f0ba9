"""TensorFlow SavedModel as a target."""
