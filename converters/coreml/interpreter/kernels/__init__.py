"""What the operations compute, written from their documentation, in NumPy. One file for each family."""
