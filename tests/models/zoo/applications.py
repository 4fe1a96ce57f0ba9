"""All architectures of keras.applications, as small as they allow."""

from __future__ import annotations

from typing import Any

from .zoo import KERAS3, ZOO, Animal

SMALLEST = {
    "VGG16": 32, "VGG19": 32, "ResNet50": 32, "ResNet101": 32, "ResNet152": 32, "ResNet50V2": 32, "ResNet101V2": 32,
    "ResNet152V2": 32, "MobileNet": 32, "MobileNetV2": 32, "MobileNetV3Small": 32, "MobileNetV3Large": 32,
    "DenseNet121": 32, "DenseNet169": 32, "DenseNet201": 32, "NASNetMobile": 32, "NASNetLarge": 32,
    "EfficientNetB0": 32, "EfficientNetB1": 32, "EfficientNetB2": 32, "EfficientNetB3": 32, "EfficientNetB4": 32,
    "EfficientNetB5": 32, "EfficientNetB6": 32, "EfficientNetB7": 32, "EfficientNetV2B0": 32, "EfficientNetV2B1": 32,
    "EfficientNetV2B2": 32, "EfficientNetV2B3": 32, "EfficientNetV2S": 32, "EfficientNetV2M": 32, "EfficientNetV2L": 32,
    "ConvNeXtTiny": 32, "ConvNeXtSmall": 32, "ConvNeXtBase": 32, "ConvNeXtLarge": 32, "ConvNeXtXLarge": 32,
    "Xception": 71, "InceptionV3": 75, "InceptionResNetV2": 75,
}  # fmt: skip
"""Input size by name."""

ALWAYS = {"MobileNetV3Small"}
"""Which are always run; the others are marked slow."""


def build(name: str) -> Any:
    """The function that builds an application."""

    def application(k: Any) -> Any:
        size = SMALLEST[name]
        return getattr(k.applications, name)(weights=None, input_shape=(size, size, 3), classes=7)

    return application


# Sums over thousands of channels, hundreds of layers deep.
ZOO |= {
    name: Animal(build(name), (2, size, size, 3), KERAS3, rtol=1e-4, atol=1e-5, slow=name not in ALWAYS)
    for name, size in SMALLEST.items()
}
