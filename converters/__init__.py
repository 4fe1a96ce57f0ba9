"""From a Keras model to every platform. Installed and imported as `kport.converters`."""
