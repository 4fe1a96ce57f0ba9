"""What runs an artifact where the user is: projects in other languages, kept here as data. Nothing here imports kport."""
