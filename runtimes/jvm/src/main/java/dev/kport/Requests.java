package dev.kport;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;

/** What can be asked. */
final class Requests {
    private static final String VERSION = Requests.class.getPackage().getImplementationVersion();

    Map<String, ?> answer(JsonNode request) throws IOException {
        String ask = request.path("ask").asText();
        switch (ask) {
            case "runtime": return Map.of("runtime", runtime());
            case "run": return run(request);
            case "self-test": return SelfTest.of(artifactOf(request)).answer();
            default: throw new Refusal("expected ask: runtime, run or self-test. Received: " + ask);
        }
    }

    private static String runtime() {
        Nd4j.getBackend(); // fails here where its natives are missing
        return "DL4J " + VERSION + " (java " + System.getProperty("java.version") + ")";
    }

    private static Map<String, ?> run(JsonNode request) throws IOException {
        Artifact artifact = new Artifact(artifactOf(request));
        Map<String, INDArray> inputs = new LinkedHashMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> fields = request.path("inputs").fields(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            inputs.put(field.getKey(), Npy.read(Path.of(field.getValue().asText())));
        }
        List<Double> runMs = new ArrayList<>();
        Map<String, INDArray> outputs = Map.of();
        for (int i = 0; i < request.path("times").asInt(1); i++) {
            long start = System.nanoTime();
            outputs = artifact.run(inputs);
            runMs.add(Clock.since(start));
        }
        if (request.path("observe").asBoolean()) {
            Map<String, INDArray> all = new LinkedHashMap<>(artifact.observe(inputs));
            all.putAll(outputs);
            outputs = all;
        }
        Map<String, String> files = new LinkedHashMap<>();
        for (Map.Entry<String, INDArray> output : outputs.entrySet()) {
            Path file = Path.of(request.path("folder").asText(), files.size() + ".npy");
            Npy.write(output.getValue(), file);
            files.put(output.getKey(), file.toString());
        }
        return Map.of("outputs", files, "order", artifact.outputs(), "load_ms", artifact.loadMs, "run_ms", runMs);
    }

    private static Path artifactOf(JsonNode request) {
        if (!request.path("artifact").isTextual()) {
            throw new Refusal("expected the artifact's path. Received: " + request);
        }
        return Path.of(request.path("artifact").asText());
    }
}
