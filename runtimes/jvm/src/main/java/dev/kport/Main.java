package dev.kport;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Answers requests, one JSON object a line, until they end: runtimes/PROTOCOL.md. */
public final class Main {
    private static final long MOST_UNUSED = 1L << 28;

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // whatever libraries print isn't an answer
        Pointer.interruptDeallocatorThread();
        ObjectMapper json = new ObjectMapper();
        Requests requests = new Requests();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            answers.println(json.writeValueAsString(answer(requests, json, line)));
            release();
        }
    }

    /**
     * Frees native memory here and not in JavaCPP's own thread: that closes what DL4J has left open of a file while HDF5, which
     * isn't made for threads, reads the next one, and the process ends.
     */
    private static void release() {
        if (Pointer.totalBytes() > MOST_UNUSED) {
            System.gc();
        }
        Pointer.deallocateReferences();
    }

    private static Map<String, ?> answer(Requests requests, ObjectMapper json, String line) {
        try {
            JsonNode request = json.readTree(line);
            return requests.answer(request);
        } catch (Refusal refusal) {
            return Map.of("error", refusal.getMessage());
        } catch (Exception | LinkageError | OutOfMemoryError error) {
            error.printStackTrace();
            return Map.of("error", error.getClass().getSimpleName() + ": " + Artifact.reason(error));
        }
    }
}
