package dev.kport;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A Keras file as DL4J imports it. */
final class Artifact {
    private final ComputationGraph graph;
    final double loadMs;

    Artifact(Path file) {
        long start = System.nanoTime();
        try {
            graph = KerasModelImport.importKerasModelAndWeights(file.toString(), false);
        } catch (Exception error) {
            throw new Refusal("DL4J can't import " + file + ": " + reason(error));
        }
        loadMs = Clock.since(start);
    }

    List<String> inputs() {
        return graph.getConfiguration().getNetworkInputs();
    }

    List<String> outputs() {
        return graph.getConfiguration().getNetworkOutputs();
    }

    /** The outputs, in the model's order. */
    Map<String, INDArray> run(Map<String, INDArray> given) {
        INDArray[] results = graph.output(false, inOrder(given));
        Map<String, INDArray> named = new LinkedHashMap<>();
        for (int i = 0; i < results.length; i++) {
            named.put(outputs().get(i), results[i]);
        }
        return named;
    }

    /**
     * What every layer gives, by its name. Each gets copies: an activation writes its result over what it reads, so that
     * ComputationGraph.feedForward gives, for the layer before it, what the activation made of that.
     */
    Map<String, INDArray> observe(Map<String, INDArray> given) {
        LayerWorkspaceMgr plain = LayerWorkspaceMgr.noWorkspaces();
        GraphVertex[] vertices = graph.getVertices();
        Map<String, INDArray> results = new LinkedHashMap<>(given);
        graph.rnnClearPreviousState();
        for (int index : graph.topologicalSortOrder()) {
            GraphVertex vertex = vertices[index];
            if (vertex.isInputVertex()) {
                continue;
            }
            VertexIndices[] read = vertex.getInputVertices();
            for (int i = 0; i < read.length; i++) {
                String name = vertices[read[i].getVertexIndex()].getVertexName();
                vertex.setInput(i, results.get(name).dup(), plain);
            }
            results.put(vertex.getVertexName(), vertex.doForward(false, plain).dup());
            vertex.clear();
        }
        return results;
    }

    private INDArray[] inOrder(Map<String, INDArray> given) {
        if (!given.keySet().equals(new HashSet<>(inputs()))) {
            throw new Refusal("expected the inputs " + inputs() + ". Received: " + given.keySet());
        }
        List<INDArray> arrays = new ArrayList<>();
        for (String name : inputs()) {
            arrays.add(given.get(name).dup()); // DL4J may write into its inputs
        }
        return arrays.toArray(new INDArray[0]);
    }

    static String reason(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
