"""Activation functions as layers."""

from .activation import Activation as Activation
