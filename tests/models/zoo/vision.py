"""Networks that look at images and volumes."""

from __future__ import annotations

from typing import Any

from .zoo import KERAS3, animal

IMAGE = (2, 16, 16, 3)


def conv_bn(k: Any, x: Any, filters: int, size: int = 3, strides: int = 1, activation: str | None = "relu", **more: Any) -> Any:
    """Convolution without bias, batch normalisation, activation."""
    x = k.layers.Conv2D(filters, size, strides, padding="same", use_bias=False, **more)(x)
    x = k.layers.BatchNormalization()(x)
    return k.layers.Activation(activation)(x) if activation else x


@animal(IMAGE)
def resnet(k: Any) -> Any:
    """Two residual blocks, the second with a projection."""
    x = inputs = k.Input((16, 16, 3))
    for filters, strides in ((3, 1), (6, 2)):
        y = conv_bn(k, conv_bn(k, x, filters, strides=strides), filters, activation=None)
        x = x if strides == 1 else conv_bn(k, x, filters, 1, strides, None)
        x = k.layers.ReLU()(k.layers.Add()([x, y]))
    return k.Model(inputs, k.layers.Dense(4, activation="softmax")(k.layers.GlobalAveragePooling2D()(x)))


@animal(IMAGE)
def resnext_with_squeeze_and_excite(k: Any) -> Any:
    """Grouped convolutions; channels weighted by what they hold."""
    inputs = k.Input((16, 16, 3))
    x = conv_bn(k, inputs, 8)
    y = conv_bn(k, x, 8, groups=4)
    s = k.layers.GlobalAveragePooling2D(keepdims=True)(y)
    s = k.layers.Conv2D(8, 1, activation="sigmoid")(k.layers.Conv2D(2, 1, activation="relu")(s))
    y = k.layers.Multiply()([y, s])
    s = k.layers.Reshape((1, 1, 8))(k.layers.GlobalMaxPooling2D()(y))
    y = k.layers.multiply([y, k.layers.Dense(8, activation="hard_sigmoid", use_bias=False)(s)])
    return k.Model(inputs, k.layers.Flatten()(k.layers.AveragePooling2D(4, padding="same")(k.layers.add([x, y]))))


@animal(IMAGE)
def inception(k: Any) -> Any:
    inputs = k.Input((16, 16, 3))
    branches = [
        conv_bn(k, inputs, 2, 1),
        conv_bn(k, conv_bn(k, inputs, 2, 1), 3, (1, 7)),
        conv_bn(k, conv_bn(k, inputs, 2, 1), 3, 5),
        conv_bn(k, k.layers.AveragePooling2D(3, 1, "same")(inputs), 2, 1),
    ]
    x = k.layers.concatenate(branches, axis=-1)
    x = k.layers.Concatenate(axis=3)([k.layers.MaxPooling2D(3, 2)(x), k.layers.Conv2D(4, 3, 2)(x)])
    return k.Model(inputs, k.layers.Dense(3)(k.layers.Dropout(0.4)(k.layers.Flatten()(x))))


def u_net(k: Any, size: int | None, padding: str, crops: Any, up: Any) -> Any:
    """Down twice and up again, with what was seen on the way; without padding what was seen is cropped."""
    inputs = k.Input((size, size, 2))
    down1 = k.layers.Conv2D(3, 3, padding=padding, activation="relu")(inputs)
    down2 = k.layers.Conv2D(4, 3, padding=padding, activation="relu")(k.layers.MaxPooling2D()(down1))
    x = k.layers.Conv2D(5, 3, padding=padding, activation="elu")(k.layers.MaxPooling2D()(down2))
    for seen, crop in zip((down2, down1), crops, strict=True):
        x = up(x)
        seen = k.layers.Cropping2D(crop)(seen) if crop else seen
        x = k.layers.Conv2D(3, 3, padding=padding, activation="relu")(k.layers.Concatenate()([seen, x]))
    return k.Model(inputs, k.layers.Conv2D(1, 1, activation="sigmoid", name="mask")(x))


@animal((2, 16, 16, 2))
def u_net_transposed(k: Any) -> Any:
    return u_net(k, 16, "same", (0, 0), lambda x: k.layers.Conv2DTranspose(4, 2, strides=2, padding="same")(x))


@animal((2, 44, 44, 2))
def u_net_valid(k: Any) -> Any:
    return u_net(k, 44, "valid", (((2, 3), (2, 3)), 9), lambda x: k.layers.UpSampling2D()(x))


@animal((2, 8, 12, 2))
def u_net_of_any_size(k: Any) -> Any:
    return u_net(k, None, "same", (0, 0), lambda x: k.layers.UpSampling2D(interpolation="bilinear")(x))


@animal(IMAGE)
def yolo(k: Any) -> Any:
    """Two scales with a passthrough; predictions as (boxes, anchors, numbers)."""
    inputs = k.Input((16, 16, 3))
    fine = k.layers.LeakyReLU(0.1)(conv_bn(k, inputs, 4, strides=2, activation=None))
    padded = k.layers.ZeroPadding2D(((1, 0), (1, 0)))(fine)
    coarse = k.layers.LeakyReLU()(k.layers.BatchNormalization()(k.layers.Conv2D(6, 3, 2, use_bias=False)(padded)))
    up = k.layers.UpSampling2D(2)(k.layers.Conv2D(3, 1)(coarse))
    fine = k.layers.Concatenate()([up, fine])
    heads = [
        k.layers.Reshape((-1, 2, 7))(k.layers.Conv2D(14, 1, padding="same", name=n)(x))
        for n, x in (("coarse", coarse), ("fine", fine))
    ]
    x = k.layers.Concatenate(axis=1)(heads)
    return k.Model(inputs, [k.layers.Permute((2, 1, 3))(x), k.layers.Activation("sigmoid", name="scores")(x)])


@animal(IMAGE)
def mobilenet_v3(k: Any) -> Any:
    """Depthwise and inverted, with hard-swish written as people did, and as a layer."""
    x = inputs = k.Input((16, 16, 3))
    x = k.layers.Rescaling(1 / 127.5, offset=-1.0)(x)
    x = conv_bn(k, x, 4, strides=2, activation=None)
    x = k.layers.Multiply()([k.layers.ReLU(6.0)(x + 3.0) * (1.0 / 6.0), x])
    y = conv_bn(k, x, 8, 1, activation="relu6")
    y = k.layers.BatchNormalization(epsilon=1e-3, momentum=0.999)(k.layers.DepthwiseConv2D(5, padding="same")(y))
    y = conv_bn(k, k.layers.ReLU(6.0)(y), 4, 1, activation=None)
    x = k.layers.Add()([x, y])
    x = k.layers.SeparableConv2D(6, 3, strides=2, padding="same", activation="swish")(x)
    return k.Model(inputs, k.layers.Dense(5, activation="log_softmax")(k.layers.GlobalAveragePooling2D()(x)))


@animal(IMAGE, xla=True)
def channels_first(k: Any) -> Any:
    """The image is turned and looked at as Theano did."""
    first = {"data_format": "channels_first"}
    inputs = k.Input((16, 16, 3))
    x = k.layers.Permute((3, 1, 2))(inputs)
    x = k.layers.BatchNormalization(axis=1)(k.layers.Conv2D(4, 3, padding="same", **first)(x))
    x = k.layers.PReLU(shared_axes=[2, 3])(k.layers.ZeroPadding2D(1, **first)(x))
    y = k.layers.MaxPooling2D(2, **first)(x)
    y = k.layers.Conv2DTranspose(4, 2, strides=2, **first)(y)
    x = k.layers.Concatenate(axis=1)([x, k.layers.SeparableConv2D(3, 3, padding="same", **first)(y)])
    return k.Model(inputs, [k.layers.GlobalAveragePooling2D(**first)(x), k.layers.Flatten(**first)(x)])


@animal((2, 3, 6, 8, 2))
def conv_lstm_video(k: Any) -> Any:
    inputs = k.Input((None, 6, 8, 2))
    x = k.layers.ConvLSTM2D(3, 3, padding="same", return_sequences=True)(inputs)
    x = k.layers.BatchNormalization()(x)
    x = k.layers.ConvLSTM2D(2, 3, padding="same", return_sequences=True, go_backwards=True)(x)
    return k.Model(inputs, k.layers.Conv3D(1, 3, padding="same", activation="sigmoid")(x))


@animal((2, 6, 8, 8, 1))
def volume(k: Any) -> Any:
    x = inputs = k.Input((6, 8, 8, 1))
    x = k.layers.MaxPooling3D(2)(k.layers.Conv3D(3, 3, activation="relu", padding="same")(x))
    x = k.layers.BatchNormalization()(x)
    x = k.layers.Conv3DTranspose(2, 3, strides=2, padding="same")(x)
    x = k.layers.ZeroPadding3D(1)(k.layers.Cropping3D(1)(k.layers.UpSampling3D(1)(x)))
    return k.Model(inputs, k.layers.Dense(2)(k.layers.GlobalAveragePooling3D()(k.layers.AveragePooling3D(2)(x))))


@animal((2, 3, 16, 16, 3))
def frames(k: Any) -> Any:
    """A convolutional network over frames, then a recurrent one."""
    encoder = k.Sequential(name="encoder")
    encoder.add(k.layers.Conv2D(4, 3, strides=2, activation="relu", input_shape=(16, 16, 3)))
    encoder.add(k.layers.BatchNormalization())
    encoder.add(k.layers.GlobalMaxPooling2D())
    inputs = k.Input((3, 16, 16, 3))
    x = k.layers.TimeDistributed(encoder)(inputs)
    x = k.layers.TimeDistributed(k.layers.Dense(4, activation="relu"))(x)
    return k.Model(inputs, k.layers.Dense(2)(k.layers.GRU(3)(x)))


@animal(IMAGE)
def mlp_mixer(k: Any) -> Any:
    inputs = k.Input((16, 16, 3))
    x = k.layers.Reshape((16, 6))(k.layers.Conv2D(6, 4, strides=4)(inputs))
    y = k.layers.Permute((2, 1))(k.layers.LayerNormalization(epsilon=1e-6)(x))
    y = k.layers.Dense(16)(k.layers.Dense(5, activation="gelu")(y))
    x = k.layers.Add()([x, k.layers.Permute((2, 1))(y)])
    y = k.layers.Dense(6)(k.layers.Dense(8, activation="gelu")(k.layers.LayerNormalization(epsilon=1e-6)(x)))
    return k.Model(inputs, k.layers.Dense(2)(k.layers.GlobalAveragePooling1D()(x + y)))


@animal(IMAGE, custom=True)
def vision_transformer(k: Any) -> Any:
    """Patches by a strided convolution, a class token and positions by a layer of the user's."""
    from .custom import class_token

    inputs = k.Input((16, 16, 3))
    x = k.layers.Reshape((16, 6))(k.layers.Conv2D(6, 4, 4, padding="valid", name="patches")(inputs))
    x = class_token(k)(name="class_token")(x)
    y = k.layers.LayerNormalization(epsilon=1e-6)(x)
    x = k.layers.Add()([x, k.layers.MultiHeadAttention(2, 3)(y, y)])
    y = k.layers.LayerNormalization(epsilon=1e-6)(x)
    x = x + k.layers.Dense(6)(k.layers.Dense(12, activation="gelu")(y))
    return k.Model(inputs, k.layers.Dense(3)(x[:, 0]))


@animal(IMAGE, *KERAS3)
def newer_normalisations(k: Any) -> Any:
    """What image models use since Keras 3."""
    inputs = k.Input((16, 16, 3))
    x = k.layers.Conv2D(8, 3, 2, padding="same")(inputs)
    x = k.layers.GroupNormalization(4)(x)
    x = k.layers.Activation("silu")(x)
    x = k.layers.DepthwiseConv2D(7, padding="same")(x)
    x = k.layers.RMSNormalization()(x)
    x = k.layers.SpectralNormalization(k.layers.Conv2D(8, 1))(x)
    x = k.layers.UnitNormalization()(x)
    return k.Model(inputs, k.layers.AdaptiveAveragePooling2D((2, 3))(x))


@animal((2, 20, 24, 3))
def augmented(k: Any) -> Any:
    """Preprocessing and augmentation inside the model."""
    inputs = k.Input((None, None, 3))
    x = k.layers.Rescaling(1.0 / 255)(k.layers.Resizing(18, 18)(inputs))
    x = k.layers.CenterCrop(16, 16)(x)
    augment = k.Sequential([k.layers.RandomFlip("horizontal"), k.layers.RandomRotation(0.1), k.layers.RandomZoom(0.2)])
    x = k.layers.GaussianNoise(0.1)(augment(x))
    x = k.layers.SpatialDropout2D(0.2)(k.layers.Conv2D(4, 3, dilation_rate=2)(x))
    return k.Model(inputs, k.layers.GlobalAveragePooling2D()(x))
