"""Rewrites of a graph: functions Graph → (Graph, number of changes).

The same name of a value means the same numbers before and after; see `kport.ir.Value`.
"""
