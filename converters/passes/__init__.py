"""Rewrites of a graph: functions Graph → (Graph, number of changes)."""
