package dev.kport;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.deeplearning4j.nn.modelimport.keras.Hdf5Archive;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** The golden case that an artifact's contract carries, run again. */
final class SelfTest {
    private static final String CONTRACT = "kport.contract";
    private static final String NAMES = "kport.layers";
    private static final double RTOL = 1e-4;
    private static final double ATOL = 1e-5;

    private final Path file;
    private final JsonNode golden;
    private final JsonNode names;

    private SelfTest(Path file, JsonNode golden, JsonNode names) {
        this.file = file;
        this.golden = golden;
        this.names = names;
    }

    static SelfTest of(Path file) throws JsonProcessingException {
        try (Hdf5Archive archive = new Hdf5Archive(file.toString())) {
            if (!archive.hasAttribute(CONTRACT) || !archive.hasAttribute(NAMES)) {
                throw new Refusal("expected a file that kport wrote. Received: " + file + ", which has no contract");
            }
            JsonNode golden = attribute(archive, CONTRACT).path("golden");
            if (!golden.isObject()) {
                throw new Refusal("expected a golden case in the contract of " + file + ": convert the model with verification");
            }
            return new SelfTest(file, golden, attribute(archive, NAMES));
        }
    }

    private static JsonNode attribute(Hdf5Archive archive, String name) throws JsonProcessingException {
        try {
            return new ObjectMapper().readTree(archive.readAttributeAsJson(name));
        } catch (JsonProcessingException error) {
            throw error;
        } catch (Exception error) {
            throw new Refusal("can't read the attribute " + name + ": " + Artifact.reason(error));
        }
    }

    Map<String, ?> answer() {
        Map<String, INDArray> inputs = new LinkedHashMap<>();
        for (Iterator<String> name = golden.path("inputs").fieldNames(); name.hasNext(); ) {
            String keras = name.next();
            float[] values = decoded(golden.path("inputs").path(keras));
            inputs.put(names.path("inputs").path(keras).asText(), array(values, golden.path("inputs").path(keras)));
        }
        Map<String, INDArray> outputs = new Artifact(file).run(inputs);
        boolean passed = true;
        double worst = 0;
        for (Iterator<String> name = golden.path("outputs").fieldNames(); name.hasNext(); ) {
            String keras = name.next();
            float[] expected = decoded(golden.path("outputs").path(keras));
            float[] actual = outputs.get(names.path("outputs").path(keras).asText()).dup('c').data().asFloat();
            passed &= expected.length == actual.length;
            for (int i = 0; passed && i < expected.length; i++) {
                double error = expected[i] == actual[i] ? 0 : Math.abs((double) expected[i] - actual[i]);
                passed = error <= ATOL + RTOL * Math.abs(expected[i]);
                worst = Math.max(worst, error);
            }
        }
        return Map.of("passed", passed, "max_abs_error", worst);
    }

    private static INDArray array(float[] values, JsonNode encoded) {
        long[] shape = new long[Math.max(2, encoded.path("shape").size())];
        Arrays.fill(shape, 1);
        for (int i = 0; i < encoded.path("shape").size(); i++) {
            shape[i] = encoded.path("shape").path(i).asLong();
        }
        return Nd4j.create(values, shape, 'c');
    }

    private static float[] decoded(JsonNode encoded) {
        ByteBuffer bytes = ByteBuffer.wrap(inflated(Base64.getDecoder().decode(encoded.path("zlib").asText())));
        return Numbers.floats(bytes.order(ByteOrder.LITTLE_ENDIAN), encoded.path("dtype").asText());
    }

    private static byte[] inflated(byte[] packed) {
        Inflater inflater = new Inflater();
        inflater.setInput(packed);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] block = new byte[1 << 16];
        try {
            while (!inflater.finished()) {
                int count = inflater.inflate(block);
                if (count == 0 && inflater.needsInput()) {
                    throw new Refusal("expected a whole golden case. Received: one that was cut off");
                }
                bytes.write(block, 0, count);
            }
        } catch (DataFormatException error) {
            throw new Refusal("expected a golden case packed by zlib: " + error.getMessage());
        } finally {
            inflater.end();
        }
        return bytes.toByteArray();
    }
}
