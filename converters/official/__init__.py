"""What is only a TensorFlow graph: converted by the target's official converter, in an environment of its own."""
