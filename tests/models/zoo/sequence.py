"""Networks over sequences of numbers: recurrent, causal, encoder and decoder."""

from __future__ import annotations

from typing import Any

from tests.data import Ints

from .zoo import KERAS2, KERAS3, animal


@animal((2, 7, 3))
def lstm_autoencoder(k: Any) -> Any:
    model = k.Sequential()
    model.add(k.layers.LSTM(5, activation="relu", return_sequences=True, input_shape=(7, 3)))
    model.add(k.layers.LSTM(3))
    model.add(k.layers.RepeatVector(7))
    model.add(k.layers.LSTM(4, return_sequences=True))
    model.add(k.layers.TimeDistributed(k.layers.Dense(3)))
    return model


@animal([(2, 6, 3), (2, 5, 4)])
def seq2seq(k: Any) -> Any:
    """The training model of the tutorial: the decoder starts from the encoder's states."""
    encoder_inputs, decoder_inputs = k.Input((None, 3)), k.Input((None, 4))
    _, h, c = k.layers.LSTM(5, return_state=True)(encoder_inputs)
    x, _, _ = k.layers.LSTM(5, return_sequences=True, return_state=True)(decoder_inputs, initial_state=[h, c])
    return k.Model([encoder_inputs, decoder_inputs], k.layers.Dense(4, activation="softmax")(x))


@animal([(2, 1, 4), (2, 5), (2, 5)], folder=True)
def seq2seq_decoder(k: Any) -> Any:
    """The inference model: one step, states in and out."""
    inputs, h, c = k.Input((1, 4)), k.Input((5,), name="h"), k.Input((5,), name="c")
    x, new_h, new_c = k.layers.LSTM(5, return_sequences=True, return_state=True, name="decoder")(inputs, initial_state=[h, c])
    return k.Model([inputs, h, c], [k.layers.Dense(4, activation="softmax")(x), new_h, new_c])


@animal([Ints((2, 6), 9), Ints((2, 5), 9)])
def seq2seq_with_attention(k: Any) -> Any:
    """A bidirectional encoder, its states joined; attention of the decoder over it."""
    a, b = k.Input((None,), dtype="int32"), k.Input((None,), dtype="int32")
    encoder = k.layers.Bidirectional(k.layers.LSTM(3, return_sequences=True, return_state=True))
    memory, fh, fc, bh, bc = encoder(k.layers.Embedding(9, 4, mask_zero=True)(a))
    states = [k.layers.Concatenate()([fh, bh]), k.layers.Concatenate()([fc, bc])]
    y = k.layers.LSTM(6, return_sequences=True)(k.layers.Embedding(9, 4)(b), initial_state=states)
    context = k.layers.Attention()([y, memory])
    y = k.layers.Concatenate(axis=-1)([context, y])
    return k.Model([a, b], k.layers.TimeDistributed(k.layers.Dense(9, activation="softmax"))(y))


@animal((2, 16, 8, 1))
def crnn_with_ctc_head(k: Any) -> Any:
    """Columns of an image as a sequence of characters."""
    inputs = k.Input((16, 8, 1), name="image")
    x = k.layers.Conv2D(4, 3, activation="relu", kernel_initializer="he_normal", padding="same")(inputs)
    x = k.layers.Conv2D(4, 3, activation="relu", padding="same")(k.layers.MaxPooling2D((2, 2))(x))
    x = k.layers.Reshape(target_shape=(8, 16))(x)
    x = k.layers.Dropout(0.2)(k.layers.Dense(8, activation="relu")(x))
    x = k.layers.Bidirectional(k.layers.LSTM(4, return_sequences=True, dropout=0.25))(x)
    x = k.layers.Bidirectional(k.layers.GRU(3, return_sequences=True), merge_mode="sum")(x)
    return k.Model(inputs, k.layers.Dense(12, activation="softmax", name="characters")(x))


@animal((2, 12, 1))
def wavenet(k: Any) -> Any:
    """Causal, dilated, gated; residual and skip connections."""
    inputs = k.Input((None, 1))
    x, skips = k.layers.Conv1D(3, 1)(inputs), []
    for rate in (1, 2, 4):
        gate = k.layers.Conv1D(3, 2, dilation_rate=rate, padding="causal", activation="sigmoid")(x)
        filtered = k.layers.Conv1D(3, 2, dilation_rate=rate, padding="causal", activation="tanh")(x)
        z = k.layers.Multiply()([filtered, gate])
        skips.append(k.layers.Conv1D(4, 1)(z))
        x = k.layers.Add()([x, k.layers.Conv1D(3, 1)(z)])
    x = k.layers.Activation("relu")(k.layers.Add()(skips))
    return k.Model(inputs, k.layers.Conv1D(8, 1, activation="softmax")(x))


@animal((2, 10, 2))
def temporal_convolutions(k: Any) -> Any:
    x = inputs = k.Input((10, 2))
    for rate in (1, 2):
        y = k.layers.Conv1D(4, 3, padding="causal", dilation_rate=rate)(x)
        y = k.layers.SpatialDropout1D(0.1)(k.layers.Activation("relu")(k.layers.LayerNormalization()(y)))
        x = k.layers.Activation("relu")(k.layers.add([k.layers.Conv1D(4, 1, padding="same")(x), y]))
    return k.Model(inputs, k.layers.Dense(1)(x[:, -1, :]))


@animal((3, 4, 2))
def stateful(k: Any) -> Any:
    """The states of one call are those the next starts from."""
    inputs = k.Input(batch_shape=(3, 4, 2)) if k.__name__ == "keras" else k.Input(batch_size=3, shape=(4, 2))
    x = k.layers.LSTM(3, stateful=True, return_sequences=True)(inputs)
    return k.Model(inputs, k.layers.GRU(2, stateful=True)(x))


@animal((2, 6, 3))
def every_recurrent_layer(k: Any) -> Any:
    inputs = k.Input((None, 3))
    x = k.layers.Masking(0.5)(inputs)
    a = k.layers.GRU(3, reset_after=False, go_backwards=True)(x)
    b = k.layers.SimpleRNN(3, activation="relu")(x)
    c = k.layers.RNN([k.layers.LSTMCell(2), k.layers.GRUCell(3)])(x)
    d = k.layers.Bidirectional(k.layers.SimpleRNN(3), merge_mode="ave")(x)
    e = k.layers.LSTM(3, unit_forget_bias=False, recurrent_activation="hard_sigmoid", use_bias=False)(x)
    f = k.layers.Bidirectional(k.layers.LSTM(3), backward_layer=k.layers.GRU(3, go_backwards=True), merge_mode="mul")(x)
    return k.Model(inputs, k.layers.Average()([a, b, c, d, e, f]))


@animal((2, 6, 3), *KERAS2)
def layers_that_only_keras_2_had(k: Any) -> Any:
    inputs = k.Input((6, 3))
    x = k.layers.ThresholdedReLU(0.1)(k.layers.LocallyConnected1D(4, 2)(inputs))
    x = k.layers.LocallyConnected1D(3, 3, implementation=2)(x)
    x = k.layers.ConvLSTM1D(2, 1)(k.layers.Reshape((3, 1, 3))(x))
    return k.Model(inputs, k.layers.Flatten()(x))


@animal((2, 40), *KERAS3)
def spectrogram(k: Any) -> Any:
    """Sound in, classes out."""
    inputs = k.Input((40,))
    x = k.layers.MelSpectrogram(fft_length=16, sequence_stride=8, sampling_rate=800, num_mel_bins=4, max_freq=400, min_freq=10)(
        inputs
    )
    x = k.ops.transpose(x, (0, 2, 1))
    return k.Model(inputs, k.layers.Dense(2)(k.layers.GRU(3)(x)))
