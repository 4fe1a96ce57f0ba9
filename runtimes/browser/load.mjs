// A model from its folder: what its inputs and outputs are called, how it is run, and how it is let go.

import { CONTRACT, contractOf } from './contract.mjs';

/** The graph or layers model in `folder`. files: read(path) → bytes. */
export async function load(tf, files, folder) {
  const json = JSON.parse(text(await files.read(`${folder}/model.json`)));
  const contract = await files.read(`${folder}/${CONTRACT}`).then((bytes) => contractOf(text(bytes)), () => null);
  const handler = {
    load: () => tf.io.getModelArtifactsForJSON(json, async (manifest) => {
      const shards = await Promise.all(manifest.flatMap((group) => group.paths).map((path) => files.read(`${folder}/${path}`)));
      return [manifest.flatMap((group) => group.weights), shards.map((bytes) => bytes.buffer)];
    }),
  };
  const isLayers = json.format ? json.format === 'layers-model' : 'model_config' in json.modelTopology;
  return isLayers ? layersModel(tf, await tf.loadLayersModel(handler), json.signature, contract) : graphModel(tf, await tf.loadGraphModel(handler), contract);
}

// The names are the signature's; without one, those of the nodes. Who wrote the model knows their order: JSON objects sort names
// that are numbers.
function graphModel(tf, model, contract) {
  const { inputs, outputs } = model.modelSignature ?? {};
  const names = (signature, nodes, ordered) => {
    const said = signature ? Object.keys(signature) : nodes;
    return ordered && ordered.every((name) => said.includes(name)) ? ordered : said;
  };
  const outputNames = names(outputs, model.outputNodes, contract?.outputs.map(({ name }) => name));
  let execute = 'execute';
  return {
    contract,
    inputs: names(inputs, model.inputNodes, contract?.inputs.map(({ name }) => name)),
    outputs: outputNames,
    async run(tensors) {
      try {
        return [await model[execute](tensors, outputNames)].flat();
      } catch (error) {
        if (execute === 'executeAsync' || !String(error.message).includes('executeAsync')) throw error;
        execute = 'executeAsync'; // TF.js's own word for a model with loops or shapes that depend on data
        return [await model[execute](tensors, outputNames)].flat();
      }
    },
    async observe(tensors) {
      tf.env().set('KEEP_INTERMEDIATE_TENSORS', true);
      try {
        (await this.run(tensors)).forEach((tensor) => tensor.dispose());
        return await innerTensors(model);
      } finally {
        tf.env().set('KEEP_INTERMEDIATE_TENSORS', false);
        // the functions of loops keep theirs, too, and nobody else lets them go
        for (const executor of [model.executor, ...Object.values(model.executor.functionExecutorMap)]) executor.disposeIntermediateTensors();
      }
    },
    dispose: () => model.dispose(),
  };
}

// Every inner tensor's array: a node's first by the node's name, its further ones by "name:1", "name:2", ...
async function innerTensors(model) {
  const found = {};
  for (const [node, tensors] of Object.entries(model.getIntermediateTensors() ?? {})) {
    if (node in model.weights) continue;
    for (const [i, tensor] of tensors.entries()) {
      if (tensor && tensor.dtype !== 'string') found[i ? `${node}:${i}` : node] = await arrayOf(tensor);
    }
  }
  return found;
}

// A layers model knows its layers' names; the signature that kport writes, in the same order, those of the Keras model.
function layersModel(tf, model, signature, contract) {
  const named = (own, said) => (said && Object.keys(said).length === own.length ? Object.keys(said) : own);
  const inputs = named(model.inputNames, signature?.inputs);
  return {
    contract,
    inputs,
    outputs: named(model.outputNames, signature?.outputs),
    run: async (tensors) => predict(model, inputs, tensors),
    async observe(tensors) {
      const inner = model.layers.map((layer) => [layer.name, outputOf(layer)]).filter(([, output]) => output);
      const probe = tf.model({ inputs: model.inputs, outputs: inner.map(([, output]) => output) }); // of the same layers
      const arrays = await Promise.all(predict(probe, inputs, tensors).map(arrayOf));
      return Object.fromEntries(arrays.map((array, i) => [`layer:${inner[i][0]}`, array]));
    },
    dispose: () => model.dispose(),
  };
}

function predict(model, inputs, tensors) {
  const given = inputs.map((name) => tensors[name]);
  return [model.predict(given.length === 1 ? given[0] : given)].flat();
}

// The output of a layer that is called once and gives one; a nested model counts its own graph as a call.
function outputOf(layer) {
  const calls = layer.inboundNodes.slice(layer.layers ? 1 : 0);
  return calls.length === 1 && calls[0].outputTensors.length === 1 ? calls[0].outputTensors[0] : null;
}

/** A tensor's array, off the device. */
export async function arrayOf(tensor) {
  return { dtype: tensor.dtype, shape: tensor.shape, data: await tensor.data() };
}

export function text(bytes) {
  return new TextDecoder().decode(bytes);
}
