// Checkpoints of any size whose weights are made when they are asked for: any bytes of them, always the same, never in memory.
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { held } from './content.mjs';

/** Pythia-6.9B: 13.8 GB in three shards. */
export const pythia = { width: 4096, blocks: 32, heads: 32, vocabulary: 50432, context: 2048, shardBytes: 5e9, seed: 'step143000' };

/** The same shapes in 21 MB and three shards, to write to disk. */
export const sibling = { ...pythia, width: 256, blocks: 12, heads: 4, vocabulary: 2048, context: 64, shardBytes: 10e6 };

const INDEX = 'model.safetensors.index.json';
const PIECE = 1 << 20;
/** Bytes of an element. */
const WIDTHS = { F16: 2, BOOL: 1 };

/** The files of a GPT-NeoX checkpoint in shards of safetensors, by name. */
export function checkpoint(shape = pythia) {
  const shards = sharded(tensors(shape), shape.shardBytes);
  const name = (at) => `model-${number(at + 1)}-of-${number(shards.length)}.safetensors`;
  const map = Object.fromEntries(shards.flatMap((shard, at) => shard.map((tensor) => [tensor.name, name(at)])).sort());
  const bytes = shards.flat().reduce((sum, tensor) => sum + tensor.bytes, 0);
  const index = { metadata: { total_size: bytes }, weight_map: map };
  return {
    'config.json': held(`${JSON.stringify(config(shape), null, 2)}\n`),
    ...Object.fromEntries(shards.map((shard, at) => [name(at), safetensors(shard, shape.seed)])),
    [INDEX]: held(`${JSON.stringify(index, null, 2)}\n`),
  };
}

/** Writes such a checkpoint into a folder, and returns the paths of its files. */
export function writeCheckpoint(folder, shape) {
  mkdirSync(folder, { recursive: true });
  return Object.entries(checkpoint(shape)).map(([name, content]) => {
    const path = join(folder, name);
    const file = openSync(path, 'w');
    for (let at = 0; at < content.size; at += PIECE) writeSync(file, content.read(at, Math.min(at + PIECE, content.size)));
    closeSync(file);
    return path;
  });
}

const number = (at) => String(at).padStart(5, '0');

function config({ width, blocks, heads, vocabulary, context }) {
  return {
    architectures: ['GPTNeoXForCausalLM'],
    bos_token_id: 0,
    eos_token_id: 0,
    hidden_act: 'gelu',
    hidden_size: width,
    initializer_range: 0.02,
    intermediate_size: 4 * width,
    layer_norm_eps: 1e-5,
    max_position_embeddings: context,
    model_type: 'gpt_neox',
    num_attention_heads: heads,
    num_hidden_layers: blocks,
    rotary_emb_base: 10000,
    rotary_pct: 0.25,
    tie_word_embeddings: false,
    torch_dtype: 'float16',
    use_parallel_residual: true,
    vocab_size: vocabulary,
  };
}

/** In the order of the network, with the buffers that Pythia's files carry beside its weights. */
function tensors({ width, blocks, heads, vocabulary, context }) {
  const list = [];
  const add = (name, shape, dtype = 'F16') => {
    const elements = shape.reduce((product, side) => product * side, 1);
    list.push({ name, shape, dtype, bytes: elements * WIDTHS[dtype] });
  };
  const linear = (name, outputs, inputs) => {
    add(`${name}.weight`, [outputs, inputs]);
    add(`${name}.bias`, [outputs]);
  };
  const norm = (name) => {
    add(`${name}.weight`, [width]);
    add(`${name}.bias`, [width]);
  };
  add('gpt_neox.embed_in.weight', [vocabulary, width]);
  for (let block = 0; block < blocks; block++) {
    const layer = `gpt_neox.layers.${block}`;
    norm(`${layer}.input_layernorm`);
    norm(`${layer}.post_attention_layernorm`);
    add(`${layer}.attention.bias`, [1, 1, context, context], 'BOOL');
    add(`${layer}.attention.masked_bias`, []);
    add(`${layer}.attention.rotary_emb.inv_freq`, [width / heads / 8]);
    linear(`${layer}.attention.query_key_value`, 3 * width, width);
    linear(`${layer}.attention.dense`, width, width);
    linear(`${layer}.mlp.dense_h_to_4h`, 4 * width, width);
    linear(`${layer}.mlp.dense_4h_to_h`, width, 4 * width);
  }
  norm('gpt_neox.final_layer_norm');
  add('embed_out.weight', [vocabulary, width]);
  return list;
}

/** As many tensors in each shard as fit. */
function sharded(list, most) {
  const shards = [[]];
  let bytes = 0;
  for (const tensor of list) {
    if (bytes + tensor.bytes > most && shards.at(-1).length > 0) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1).push(tensor);
    bytes += tensor.bytes;
  }
  return shards;
}

/** One file. Tensors stand in it as safetensors writes them: wider types first, then by name. */
function safetensors(shard, seed) {
  const ordered = [...shard].sort((one, other) => WIDTHS[other.dtype] - WIDTHS[one.dtype] || (one.name < other.name ? -1 : 1));
  let end = 0;
  const entries = ordered.map(({ name, dtype, shape, bytes }) => [name, { dtype, shape, data_offsets: [end, (end += bytes)] }]);
  const head = headOf({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) });
  const parts = [{ from: 0, to: head.length, read: (from, to) => head.subarray(from, to) }];
  for (const { name, dtype, bytes } of ordered) {
    const from = parts.at(-1).to;
    parts.push({ from, to: from + bytes, read: dtype === 'F16' ? halves(`${seed} ${name}`) : ones });
  }
  return joined(parts);
}

function headOf(header) {
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(8 + 8 * Math.ceil(text.length / 8), ' ');
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  text.copy(padded, 8);
  return padded;
}

/** Parts one after the other. */
function joined(parts) {
  return {
    size: parts.at(-1).to,
    read(from, to) {
      const met = parts.filter((part) => part.from < to && from < part.to);
      return Buffer.concat(met.map((part) => part.read(Math.max(from, part.from) - part.from, Math.min(to, part.to) - part.from)));
    },
  };
}

const ones = (from, to) => Buffer.alloc(to - from, 1);

/** Random weights: element i is drawn by a hash of i, so that a range does not depend on how it is asked for. */
function halves(key) {
  const hash = createHash('sha256').update(key).digest();
  const [first, second] = [hash.readInt32LE(0), hash.readInt32LE(4)];
  return (from, to) => {
    const start = Math.floor(from / 2);
    const values = new Uint16Array(Math.ceil(to / 2) - start);
    for (let i = 0; i < values.length; i++) values[i] = table[mixed(start + i, first, second) >>> 20];
    return Buffer.from(values.buffer, from - 2 * start, to - from);
  };
}

/** Spreads an index over 32 bits: two rounds of xor, shift and multiplication, with a key in each. */
function mixed(index, first, second) {
  let bits = index ^ first;
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d) + second;
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  return bits ^ (bits >>> 16);
}

const table = normalHalves(4096, 0.02);

/** Equally likely values of a normal distribution, as halves. */
function normalHalves(count, deviation) {
  const halvesOf = new Uint16Array(count);
  const step = 1e-4;
  let below = 0;
  let at = 0;
  for (let x = -5; at < count && x < 5; x += step) {
    below += (step * Math.exp(-(x * x) / 2)) / Math.sqrt(2 * Math.PI);
    while (at < count && below >= (at + 0.5) / count) halvesOf[at++] = half(deviation * x);
  }
  return halvesOf;
}

/** The bits of the nearest number of 16 bits, for numbers below one. */
function half(value) {
  const magnitude = Math.abs(value);
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const steps = Math.round(magnitude / 2 ** (exponent - 10));
  return (value < 0 ? 0x8000 : 0) | (((exponent + 14) << 10) + steps);
}
