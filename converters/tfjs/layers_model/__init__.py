"""TF.js layers models: Keras 2's dialect, which tf.loadLayersModel reads and trains further."""
