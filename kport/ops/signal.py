"""Operations on signals: windows and spectra."""

__all__: list[str] = []
