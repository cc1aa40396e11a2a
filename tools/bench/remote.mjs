// A checkpoint of 13.8 GB on another site: what a sample of it costs in Chromium, near and far.
import assert from 'node:assert/strict';
import { Failure, say } from '../lib.mjs';
import { remoteServer } from '../../tests/remote/server.mjs';
import { checkpoint, pythia } from '../../tests/remote/weights.mjs';
import { digits } from './numbers.mjs';
import { openPage } from './pages.mjs';

export const name = 'remote';
export const title = 'A checkpoint on another site';
export const needs = 'page';

const latencies = [0, 50];
const kinds = { random: '', strips: '&rows=strips' };

export async function measure(chrome) {
  const files = checkpoint(pythia);
  const size = Object.values(files).reduce((sum, content) => sum + content.size, 0);
  const rows = [];
  for (const [kind, option] of Object.entries(kinds)) {
    let first = null;
    for (const latency of latencies) {
      say(`${kind} rows, ${latency} ms`);
      const { samples, ...row } = await sampled(chrome, files, option, latency);
      assert.deepEqual(samples, (first ??= samples), 'another answer');
      rows.push({ kind, latency, share: row.bytes / size, ...row });
    }
  }
  return { size, rows };
}

async function sampled(chrome, files, option, latency) {
  const server = await remoteServer(null);
  server.hub({ 'large/model': { revisions: { main: files } } }, { list: { latency }, files: { latency }, store: { latency } });
  const page = await openPage(chrome, { threads: 2, options: `null=&network=sampled&samples=1${option}` });
  try {
    await page.getByRole('button', { name: 'From the web' }).first().click();
    const dialog = page.locator('dialog.web');
    await dialog.locator('#web-source').fill(`hub+${server.url}/large/model`);
    const begun = performance.now();
    await dialog.getByRole('button', { name: /^Ask / }).click();
    const button = dialog.getByRole('button', { name: /^Read .*\d/, disabled: false });
    await button.waitFor();
    const looked = performance.now();
    await button.click();
    const { result, memory } = await page.evaluate(async () => ({ result: await window.watched.next('result'), memory: (await window.watched.next('document')).memory }));
    if (result.error) throw new Failure(result.error);
    const done = performance.now();
    const requests = server.requests.length;
    return { samples: result.checkpoints[0].samples, lookedMs: looked - begun, readMs: done - looked, bytes: server.bytes(), requests, memory };
  } finally {
    await page.close();
    await server.close();
  }
}

export function tables({ size, rows }) {
  const seconds = (ms) => `${digits(ms / 1000)} s`;
  return [{
    text: `Pythia-6.9B's shapes in three shards of f16, ${digits(size / 1e9)} GB, with weights that the server makes as they are asked for, on this machine over HTTP/1.1: one sample, K = 32, without null models. Latency is what the server waits before each answer; the reads of headers are counted too. Memory is that of the engine's Wasm module.`,
    columns: ['rows', 'latency', 'headers', 'weights', 'requests', 'bytes', 'of the file', 'Wasm memory'],
    rows: rows.map(({ kind, latency, lookedMs, readMs, requests, bytes, share, memory }) => [
      kind, `${latency} ms`, seconds(lookedMs), seconds(readMs), String(requests), `${digits(bytes / 1e6)} MB`, `${(100 * share).toFixed(2)}%`, `${digits(memory / 1e6)} MB`,
    ]),
  }];
}
