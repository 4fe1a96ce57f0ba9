package dev.kport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays as .npy files, version 1.0, little-endian, C order. DL4J computes in float32: whatever is read becomes that. */
final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DTYPE = Pattern.compile("'descr':\\s*'([^']+)'");
    private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([^)]*)\\)");
    private static final int LENGTH_AT = 8;
    private static final int HEADER_AT = 10;

    private Npy() {}

    static INDArray read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.limit() < HEADER_AT || !Arrays.equals(Arrays.copyOf(bytes.array(), MAGIC.length), MAGIC)) {
            throw new Refusal("expected a .npy file. Received: " + file);
        }
        int length = Short.toUnsignedInt(bytes.getShort(LENGTH_AT));
        String header = new String(bytes.array(), HEADER_AT, length, StandardCharsets.US_ASCII);
        if (header.contains("'fortran_order': True")) {
            throw new Refusal("expected C order. Received: Fortran order in " + file);
        }
        long[] shape = shape(group(SHAPE, header, file));
        bytes.position(HEADER_AT + length);
        ByteBuffer data = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        return Nd4j.create(Numbers.floats(data, group(DTYPE, header, file)), shape, 'c');
    }

    private static String group(Pattern pattern, String header, Path file) {
        Matcher found = pattern.matcher(header);
        if (!found.find()) {
            throw new Refusal("expected a .npy header. Received: " + header + " in " + file);
        }
        return found.group(1);
    }

    private static long[] shape(String sizes) {
        return Arrays.stream(sizes.split(",")).map(String::trim).filter(s -> !s.isEmpty()).mapToLong(Long::parseLong).toArray();
    }

    static void write(INDArray array, Path file) throws IOException {
        float[] values = array.castTo(DataType.FLOAT).dup('c').data().asFloat();
        byte[] header = header(array.shape());
        ByteBuffer bytes = ByteBuffer.allocate(header.length + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN).put(header);
        bytes.asFloatBuffer().put(values);
        Files.write(file, bytes.array());
    }

    private static byte[] header(long[] shape) {
        StringBuilder sizes = new StringBuilder();
        for (long size : shape) {
            sizes.append(size).append(',');
        }
        StringBuilder text = new StringBuilder("{'descr': '<f4', 'fortran_order': False, 'shape': (" + sizes + "), }");
        while ((HEADER_AT + text.length() + 1) % 64 != 0) {
            text.append(' ');
        }
        text.append('\n');
        ByteBuffer header = ByteBuffer.allocate(HEADER_AT + text.length()).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) text.length());
        return header.put(text.toString().getBytes(StandardCharsets.US_ASCII)).array();
    }
}
