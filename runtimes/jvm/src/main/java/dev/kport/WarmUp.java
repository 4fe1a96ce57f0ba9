package dev.kport;

import java.nio.file.Path;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.factory.Nd4j;

/** Does once what every start does, so that the classes it needs can be kept for the next: java -XX:ArchiveClassesAtExit. */
public final class WarmUp {
    private WarmUp() {}

    public static void main(String[] arguments) {
        ComputationGraphConfiguration model = new NeuralNetConfiguration.Builder().graphBuilder()
                .addInputs("image")
                .addLayer("conv", new ConvolutionLayer.Builder(2, 2).nIn(1).nOut(1).build(), "image")
                .addLayer("dense", new DenseLayer.Builder().nOut(1).build(), "conv")
                .setOutputs("dense")
                .setInputTypes(InputType.convolutional(3, 3, 1))
                .build();
        ComputationGraph graph = new ComputationGraph(model);
        graph.init();
        graph.output(false, Nd4j.ones(1, 1, 3, 3));
        try {
            new Artifact(Path.of("absent.h5"));
        } catch (Refusal expected) {
            System.err.println(expected.getMessage());
        }
    }
}
