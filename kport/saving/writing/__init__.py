"""Writing what Keras opens: `.keras` archives, weights, and the older HDF5 form."""
