"""Operations on text: splitting, looking up, hashing."""

__all__: list[str] = []
