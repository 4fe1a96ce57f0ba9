"""TFLite's schema: the operators, the fields of their options, the types of tensors.

Source: https://github.com/google-ai-edge/LiteRT/blob/main/tflite/converter/schema/schema.fbs (version 3); ai-edge-litert
carries it as `schema_py_generated`, with which the tests compare these tables.
"""

from __future__ import annotations

from dataclasses import dataclass

from .flatbuffer import Numbers, Scalar, Table

VERSION = 3
IDENTIFIER = b"TFL3"

TYPES = {
    "float32": 0,
    "float16": 1,
    "int32": 2,
    "uint8": 3,
    "int64": 4,
    "string": 5,
    "bool": 6,
    "int16": 7,
    "int8": 9,
    "float64": 10,
    "resource": 13,
    "uint64": 12,
    "uint32": 15,
    "uint16": 16,
    "bfloat16": 18,
}
"""TensorType, by kport's names of dtypes."""

SAME, VALID = 0, 1
FUSED = {"": 0, "RELU": 1, "RELU_N1_TO_1": 2, "RELU6": 3}
"""ActivationFunctionType, as far as the kernels have it: they let TANH pass without applying it."""


@dataclass(frozen=True)
class OptionsTable:
    """One of the tables in the union BuiltinOptions. fields: name → number, code and default."""

    name: str
    union: int
    fields: dict[str, tuple[int, str, float]]

    def table(self, values: dict[str, object]) -> Table:
        """The table with these values; what has its default is left out."""
        table = Table()
        for name, value in values.items():
            number, code, default = self.fields[name]
            if code == "*i":
                table.fields[number] = Numbers("i", value)  # type: ignore[arg-type]
            elif value != default:
                table.fields[number] = Scalar(code, value)  # type: ignore[arg-type]
        return table


def _options(name: str, union: int, fields: str) -> OptionsTable:
    """fields: `name:code` or `name:code=default` in the schema's order; `-` is a field that kport doesn't write."""
    known: dict[str, tuple[int, str, float]] = {}
    for number, field in enumerate(fields.split()):
        if field != "-":
            field, _, default = field.partition("=")
            field, code = field.split(":")
            known[field] = (number, code, float(default or 0))
    return OptionsTable(name, union, known)


_ARITHMETIC = "fused_activation_function:b"
_NONE = ""
_LISTED = (
    _options("Conv2DOptions", 1, "padding:b stride_w:i stride_h:i fused_activation_function:b "
             "dilation_w_factor:i=1 dilation_h_factor:i=1"),
    _options("DepthwiseConv2DOptions", 2, "padding:b stride_w:i stride_h:i depth_multiplier:i fused_activation_function:b "
             "dilation_w_factor:i=1 dilation_h_factor:i=1"),
    _options("Pool2DOptions", 5, "padding:b stride_w:i stride_h:i filter_width:i filter_height:i fused_activation_function:b"),
    _options("FullyConnectedOptions", 8, "fused_activation_function:b - keep_num_dims:?"),
    _options("SoftmaxOptions", 9, "beta:f"),
    _options("ConcatenationOptions", 10, "axis:i fused_activation_function:b"),
    _options("AddOptions", 11, _ARITHMETIC),
    _options("ReshapeOptions", 17, "new_shape:*i"),
    _options("SpaceToDepthOptions", 19, "block_size:i"),
    _options("MulOptions", 21, _ARITHMETIC),
    _options("PadOptions", 22, _NONE),
    _options("GatherOptions", 23, "axis:i batch_dims:i"),
    _options("TransposeOptions", 26, _NONE),
    _options("ReducerOptions", 27, "keep_dims:?"),
    _options("SubOptions", 28, _ARITHMETIC),
    _options("DivOptions", 29, _ARITHMETIC),
    _options("SqueezeOptions", 30, "squeeze_dims:*i"),
    _options("StridedSliceOptions", 32, "begin_mask:i end_mask:i ellipsis_mask:i new_axis_mask:i shrink_axis_mask:i"),
    _options("ExpOptions", 33, _NONE),
    _options("TopKV2Options", 34, _NONE),
    _options("SplitOptions", 35, "num_splits:i"),
    _options("LogSoftmaxOptions", 36, _NONE),
    _options("CastOptions", 37, "in_data_type:b out_data_type:b"),
    _options("DequantizeOptions", 38, _NONE),
    _options("MaximumMinimumOptions", 39, _NONE),
    _options("ArgMaxOptions", 40, "output_type:b"),
    _options("LessOptions", 41, _NONE),
    _options("NegOptions", 42, _NONE),
    _options("PadV2Options", 43, _NONE),
    _options("GreaterOptions", 44, _NONE),
    _options("GreaterEqualOptions", 45, _NONE),
    _options("LessEqualOptions", 46, _NONE),
    _options("SliceOptions", 48, _NONE),
    _options("TransposeConvOptions", 49, "padding:b stride_w:i stride_h:i fused_activation_function:b"),
    _options("TileOptions", 51, _NONE),
    _options("ExpandDimsOptions", 52, _NONE),
    _options("EqualOptions", 53, _NONE),
    _options("NotEqualOptions", 54, _NONE),
    _options("ShapeOptions", 55, "out_type:b"),
    _options("PowOptions", 56, _NONE),
    _options("ArgMinOptions", 57, "output_type:b"),
    _options("PackOptions", 59, "values_count:i axis:i"),
    _options("LogicalOrOptions", 60, _NONE),
    _options("OneHotOptions", 61, "axis:i"),
    _options("LogicalAndOptions", 62, _NONE),
    _options("LogicalNotOptions", 63, _NONE),
    _options("FloorDivOptions", 65, _NONE),
    _options("SquareOptions", 66, _NONE),
    _options("ZerosLikeOptions", 67, _NONE),
    _options("FillOptions", 68, _NONE),
    _options("FloorModOptions", 72, _NONE),
    _options("RangeOptions", 73, _NONE),
    _options("ResizeBilinearOptions", 15, "- - align_corners:? half_pixel_centers:?"),
    _options("ResizeNearestNeighborOptions", 74, "align_corners:? half_pixel_centers:?"),
    _options("LeakyReluOptions", 75, "alpha:f"),
    _options("MirrorPadOptions", 77, "mode:b"),
    _options("AbsOptions", 78, _NONE),
    _options("SplitVOptions", 79, "num_splits:i"),
    _options("GatherNdOptions", 83, _NONE),
    _options("CosOptions", 84, _NONE),
    _options("HardSwishOptions", 91, _NONE),
    _options("WhileOptions", 93, "cond_subgraph_index:i body_subgraph_index:i"),
    _options("DepthToSpaceOptions", 94, "block_size:i"),
    _options("ScatterNdOptions", 97, _NONE),
    _options("SelectV2Options", 98, _NONE),
    _options("BatchMatMulOptions", 101, "adj_x:? adj_y:?"),
    _options("CumsumOptions", 102, "exclusive:? reverse:?"),
    _options("CallOnceOptions", 103, "init_subgraph_index:i"),
    _options("BroadcastToOptions", 104, _NONE),
    _options("Conv3DOptions", 106, "padding:b stride_d:i stride_w:i stride_h:i fused_activation_function:b "
             "dilation_d_factor:i=1 dilation_w_factor:i=1 dilation_h_factor:i=1"),
    _options("HashtableOptions", 107, "table_id:i key_dtype:b value_dtype:b"),
    _options("HashtableFindOptions", 108, _NONE),
    _options("HashtableImportOptions", 109, _NONE),
    _options("GeluOptions", 116, "approximate:?"),
    _options("DynamicUpdateSliceOptions", 117, _NONE),
    _options("UnsortedSegmentProdOptions", 118, _NONE),
    _options("UnsortedSegmentMaxOptions", 119, _NONE),
    _options("UnsortedSegmentMinOptions", 120, _NONE),
    _options("ATan2Options", 122, _NONE),
    _options("SignOptions", 123, _NONE),
    _options("BitwiseXorOptions", 125, _NONE),
    _options("RightShiftOptions", 126, _NONE),
)  # fmt: skip
OPTIONS = {o.name: o for o in _LISTED}

OPERATORS: dict[str, tuple[int, str]] = {
    "ABS": (101, "AbsOptions"),
    "ADD": (0, "AddOptions"),
    "ARG_MAX": (56, "ArgMaxOptions"),
    "ARG_MIN": (79, "ArgMinOptions"),
    "ATAN2": (156, "ATan2Options"),
    "AVERAGE_POOL_2D": (1, "Pool2DOptions"),
    "BATCH_MATMUL": (126, "BatchMatMulOptions"),
    "BITWISE_XOR": (160, "BitwiseXorOptions"),
    "BROADCAST_TO": (130, "BroadcastToOptions"),
    "CALL_ONCE": (129, "CallOnceOptions"),
    "CAST": (53, "CastOptions"),
    "CEIL": (104, ""),
    "CONCATENATION": (2, "ConcatenationOptions"),
    "CONV_2D": (3, "Conv2DOptions"),
    "CONV_3D": (132, "Conv3DOptions"),
    "CONV_3D_TRANSPOSE": (141, "Conv3DOptions"),
    "COS": (108, "CosOptions"),
    "CUMSUM": (128, "CumsumOptions"),
    "DEPTHWISE_CONV_2D": (4, "DepthwiseConv2DOptions"),
    "DEPTH_TO_SPACE": (5, "DepthToSpaceOptions"),
    "DEQUANTIZE": (6, "DequantizeOptions"),
    "DIV": (42, "DivOptions"),
    "DYNAMIC_UPDATE_SLICE": (151, "DynamicUpdateSliceOptions"),
    "ELU": (111, ""),
    "EQUAL": (71, "EqualOptions"),
    "EXP": (47, "ExpOptions"),
    "EXPAND_DIMS": (70, "ExpandDimsOptions"),
    "FILL": (94, "FillOptions"),
    "FLOOR": (8, ""),
    "FLOOR_DIV": (90, "FloorDivOptions"),
    "FLOOR_MOD": (95, "FloorModOptions"),
    "FULLY_CONNECTED": (9, "FullyConnectedOptions"),
    "GATHER": (36, "GatherOptions"),
    "GATHER_ND": (107, "GatherNdOptions"),
    "GELU": (150, "GeluOptions"),
    "GREATER": (61, "GreaterOptions"),
    "GREATER_EQUAL": (62, "GreaterEqualOptions"),
    "HARD_SWISH": (117, "HardSwishOptions"),
    "HASHTABLE": (136, "HashtableOptions"),
    "HASHTABLE_FIND": (137, "HashtableFindOptions"),
    "HASHTABLE_IMPORT": (138, "HashtableImportOptions"),
    "LEAKY_RELU": (98, "LeakyReluOptions"),
    "LESS": (58, "LessOptions"),
    "LESS_EQUAL": (63, "LessEqualOptions"),
    "LOG": (73, ""),
    "LOGICAL_AND": (86, "LogicalAndOptions"),
    "LOGICAL_NOT": (87, "LogicalNotOptions"),
    "LOGICAL_OR": (84, "LogicalOrOptions"),
    "LOGISTIC": (14, ""),
    "LOG_SOFTMAX": (50, "LogSoftmaxOptions"),
    "MAXIMUM": (55, "MaximumMinimumOptions"),
    "MAX_POOL_2D": (17, "Pool2DOptions"),
    "MEAN": (40, "ReducerOptions"),
    "MINIMUM": (57, "MaximumMinimumOptions"),
    "MIRROR_PAD": (100, "MirrorPadOptions"),
    "MUL": (18, "MulOptions"),
    "NEG": (59, "NegOptions"),
    "NOT_EQUAL": (72, "NotEqualOptions"),
    "ONE_HOT": (85, "OneHotOptions"),
    "PACK": (83, "PackOptions"),
    "PAD": (34, "PadOptions"),
    "PADV2": (60, "PadV2Options"),
    "POW": (78, "PowOptions"),
    "PRELU": (54, ""),
    "RANGE": (96, "RangeOptions"),
    "REDUCE_ALL": (140, "ReducerOptions"),
    "REDUCE_ANY": (91, "ReducerOptions"),
    "REDUCE_MAX": (82, "ReducerOptions"),
    "REDUCE_MIN": (89, "ReducerOptions"),
    "REDUCE_PROD": (81, "ReducerOptions"),
    "RELU": (19, ""),
    "RELU6": (21, ""),
    "RELU_N1_TO_1": (20, ""),
    "RESHAPE": (22, "ReshapeOptions"),
    "RESIZE_BILINEAR": (23, "ResizeBilinearOptions"),
    "RESIZE_NEAREST_NEIGHBOR": (97, "ResizeNearestNeighborOptions"),
    "RIGHT_SHIFT": (161, "RightShiftOptions"),
    "ROUND": (116, ""),
    "RSQRT": (76, ""),
    "SCATTER_ND": (122, "ScatterNdOptions"),
    "SELECT_V2": (123, "SelectV2Options"),
    "SHAPE": (77, "ShapeOptions"),
    "SIGN": (158, "SignOptions"),
    "SIN": (66, ""),
    "SLICE": (65, "SliceOptions"),
    "SOFTMAX": (25, "SoftmaxOptions"),
    "SPACE_TO_DEPTH": (26, "SpaceToDepthOptions"),
    "SPLIT": (49, "SplitOptions"),
    "SPLIT_V": (102, "SplitVOptions"),
    "SQRT": (75, ""),
    "SQUARE": (92, "SquareOptions"),
    "SQUEEZE": (43, "SqueezeOptions"),
    "STRIDED_SLICE": (45, "StridedSliceOptions"),
    "SUB": (41, "SubOptions"),
    "SUM": (74, "ReducerOptions"),
    "TANH": (28, ""),
    "TILE": (69, "TileOptions"),
    "TOPK_V2": (48, "TopKV2Options"),
    "TRANSPOSE": (39, "TransposeOptions"),
    "TRANSPOSE_CONV": (67, "TransposeConvOptions"),
    "UNSORTED_SEGMENT_MAX": (154, "UnsortedSegmentMaxOptions"),
    "UNSORTED_SEGMENT_MIN": (157, "UnsortedSegmentMinOptions"),
    "UNSORTED_SEGMENT_PROD": (153, "UnsortedSegmentProdOptions"),
    "WHILE": (119, "WhileOptions"),
    "ZEROS_LIKE": (93, "ZerosLikeOptions"),
}
"""The operators that kport writes: BuiltinOperator and the table of its options."""

LARGEST_OLD_CODE = 127
"""OperatorCode has an 8-bit field for codes from before there were so many; larger ones have this there."""
