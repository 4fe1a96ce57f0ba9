"""The operations of keras.ops that may be nodes of a Keras 3 model, and the modules that configurations name."""

from __future__ import annotations

_NUMPY = """
Absolute Add All Any Amax Amin Arange Arccos Arccosh Arcsin Arcsinh Arctan Arctan2 Arctanh Argmax Argmin Argsort Average
BitwiseAnd BitwiseInvert BitwiseLeftShift BitwiseOr BitwiseRightShift BitwiseXor BroadcastTo Ceil Clip Concatenate Cos Cosh
CountNonzero Cumprod Cumsum Diff Divide DivideNoNan Dot Einsum Equal Exp Exp2 ExpandDims Expm1 Flip Floor FloorDivide FullLike
GetItem Greater GreaterEqual Hstack Isfinite Isinf Isnan Less LessEqual Log Log10 Log1p Log2 Logaddexp LogicalAnd LogicalNot
LogicalOr LogicalXor Matmul Max Maximum Mean Median Min Minimum Mod Moveaxis Multiply Negative NotEqual OnesLike Outer Pad Power
Prod Ravel Reciprocal Repeat Reshape Roll Round Sign Sin Sinh Sort Split Sqrt Square Squeeze Stack Std Subtract Sum Swapaxes
Take TakeAlongAxis Tan Tanh Tensordot Tile Transpose Tril Triu TrueDivide Trunc Var Vstack Where ZerosLike
"""
_NN = """
AveragePool BatchNorm Celu Conv ConvTranspose DepthToSpace DepthwiseConv Elu Gelu Glu HardShrink HardSigmoid HardSilu HardTanh
LayerNorm LeakyRelu LogSigmoid LogSoftmax MaxPool MultiHot Normalize OneHot RMSNorm Relu Relu6 Selu SeparableConv Sigmoid Silu
SoftShrink Softmax Softplus Softsign SpaceToDepth SparsePlus SparseSigmoid Sparsemax Squareplus TanhShrink Threshold
"""
_CORE = "Cast Scatter ScatterUpdate Slice SliceUpdate StopGradient Unstack"
_MATH = "Erf Erfinv ExtractSequences InTopK Logsumexp Rsqrt STFT SegmentMax SegmentSum TopK"
_LINALG = "Cholesky Det Eigh Inv Norm Qr SVD Solve SolveTriangular"
_IMAGE = "ExtractPatches Resize"

MODULES: dict[str, str] = {
    name: f"keras.src.ops.{module}"
    for module, names in (
        ("numpy", _NUMPY),
        ("nn", _NN),
        ("core", _CORE),
        ("math", _MATH),
        ("linalg", _LINALG),
        ("image", _IMAGE),
    )
    for name in names.split()
}
"""Class of the operation → its module."""
