"""`python -m kport` is the command line."""

from .cli import main

main(prog_name="kport")
