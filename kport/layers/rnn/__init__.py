"""Recurrent layers and wrappers."""
