package dev.kport;

import java.nio.ByteBuffer;

/** Numbers of any dtype, by NumPy's name or code, as the float32 that DL4J computes in. */
final class Numbers {
    private Numbers() {}

    /** Bytes that one number of this dtype takes. */
    static int size(String dtype) {
        switch (dtype) {
            case "float64": case "<f8": case "int64": case "<i8": case "uint64": case "<u8": return 8;
            case "float32": case "<f4": case "int32": case "<i4": case "uint32": case "<u4": return 4;
            case "int16": case "<i2": case "uint16": case "<u2": return 2;
            case "int8": case "|i1": case "uint8": case "|u1": case "bool": case "|b1": return 1;
            default: throw new Refusal("expected floats of 32 or 64 bits, or whole numbers. Received: dtype " + dtype);
        }
    }

    /** All that `data`, little-endian, holds. */
    static float[] floats(ByteBuffer data, String dtype) {
        int size = size(dtype);
        float[] values = new float[data.remaining() / size];
        for (int i = 0; i < values.length; i++) {
            values[i] = number(data, dtype, size * i);
        }
        return values;
    }

    private static float number(ByteBuffer data, String dtype, int at) {
        switch (dtype) {
            case "float32": case "<f4": return data.getFloat(at);
            case "float64": case "<f8": return (float) data.getDouble(at);
            case "int32": case "<i4": return data.getInt(at);
            case "uint32": case "<u4": return Integer.toUnsignedLong(data.getInt(at));
            case "int16": case "<i2": return data.getShort(at);
            case "uint16": case "<u2": return Short.toUnsignedInt(data.getShort(at));
            case "int8": case "|i1": return data.get(at);
            case "uint8": case "|u1": case "bool": case "|b1": return Byte.toUnsignedInt(data.get(at));
            default: return data.getLong(at);
        }
    }
}
