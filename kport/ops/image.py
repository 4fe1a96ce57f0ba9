"""Operations on images: resizing, cropping, colours, geometry."""

__all__: list[str] = []
