"""Opening files: containers told by content, dialects upgraded step by step to Keras 3."""
