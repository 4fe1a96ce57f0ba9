"""Autoencoders and the two halves of adversarial networks."""

from __future__ import annotations

from typing import Any

from .zoo import animal


@animal((2, 8, 8, 1))
def convolutional_autoencoder(k: Any) -> Any:
    layers = [
        k.layers.Conv2D(4, 3, activation="relu", padding="same"),
        k.layers.MaxPooling2D(2, padding="same"),
        k.layers.Conv2D(2, 3, activation="relu", padding="same"),
        k.layers.MaxPooling2D(2, padding="same"),
        k.layers.Conv2DTranspose(2, 3, strides=2, activation="relu", padding="same"),
        k.layers.Conv2DTranspose(4, 3, strides=2, activation="relu", padding="same", output_padding=1),
        k.layers.Conv2D(1, 3, activation="sigmoid", padding="same"),
    ]
    return k.Sequential([k.Input((8, 8, 1)), *layers], name="autoencoder")


def vae_decoder(k: Any) -> Any:
    z = k.Input((2,), name="z")
    x = k.layers.Reshape((2, 2, 3))(k.layers.Dense(12, activation="relu")(z))
    x = k.layers.Conv2DTranspose(4, 3, activation="relu", strides=2, padding="same")(x)
    return k.Model(z, k.layers.Conv2DTranspose(1, 3, activation="sigmoid", strides=2, padding="same")(x), name="decoder")


@animal((2, 8, 8, 1), custom=True)
def vae(k: Any) -> Any:
    """Encoder with a sampling layer of the user's, and decoder, nested."""
    from .custom import sampling

    inputs = k.Input((8, 8, 1))
    x = k.layers.Flatten()(k.layers.Conv2D(3, 3, activation="relu", strides=2, padding="same")(inputs))
    mean, log_variance = k.layers.Dense(2, name="z_mean")(x), k.layers.Dense(2, name="z_log_var")(x)
    z = sampling(k)(0.5, name="z")([mean, log_variance])
    encoder = k.Model(inputs, [mean, log_variance, z], name="encoder")
    images = k.Input((8, 8, 1), name="images")
    return k.Model(images, vae_decoder(k)(encoder(images)[2]), name="vae")


@animal((2, 5))
def generator(k: Any) -> Any:
    model = k.Sequential(name="generator")
    model.add(k.layers.Dense(2 * 2 * 6, use_bias=False, input_shape=(5,)))
    model.add(k.layers.BatchNormalization(momentum=0.8))
    model.add(k.layers.LeakyReLU())
    model.add(k.layers.Reshape((2, 2, 6)))
    for filters in (4, 3):
        model.add(k.layers.Conv2DTranspose(filters, (5, 5), strides=(2, 2), padding="same", use_bias=False))
        model.add(k.layers.BatchNormalization(scale=False))
        model.add(k.layers.LeakyReLU())
    model.add(k.layers.UpSampling2D())
    model.add(k.layers.Conv2D(1, 3, padding="same", activation="tanh"))
    return model


@animal((2, 16, 16, 1))
def discriminator(k: Any) -> Any:
    model = k.Sequential()
    model.add(k.layers.Conv2D(4, (5, 5), strides=(2, 2), padding="same", input_shape=[16, 16, 1]))
    model.add(k.layers.LeakyReLU())
    model.add(k.layers.Dropout(0.3))
    model.add(k.layers.ZeroPadding2D(padding=((0, 1), (0, 1))))
    model.add(k.layers.Conv2D(6, 3, strides=2))
    model.add(k.layers.ELU(0.5))
    model.add(k.layers.Flatten())
    model.add(k.layers.Dense(1))
    return model


@animal([(2, 5), (2, 1)])
def conditional_gan(k: Any) -> Any:
    """A label goes in with the noise; both halves nested in one model, the second frozen."""
    noise, label = k.Input((5,)), k.Input((1,), dtype="int32", name="label")
    x = k.layers.multiply([noise, k.layers.Flatten()(k.layers.Embedding(3, 5)(label))])
    image = generator(k)(x)
    judge = discriminator(k)
    judge.trainable = False
    return k.Model([noise, label], [judge(image), image])
