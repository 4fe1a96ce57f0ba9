"""The TFLite target."""
