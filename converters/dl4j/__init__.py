"""DL4J: Keras 2 HDF5 files that KerasModelImport reads."""
