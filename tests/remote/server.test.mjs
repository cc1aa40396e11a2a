// The server of web sources does what its tests of others rely on.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { changed, folderOf, held } from './content.mjs';
import { remoteServer } from './server.mjs';
import { FAULTS, WAYS } from './ways.mjs';
import { checkpoint, pythia, sibling, writeCheckpoint } from './weights.mjs';

const SHARD = /^model-\d{5}-of-\d{5}\.safetensors$/;
const whole = held(Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251)));

/** One range: the status, headers, and the bytes, or the error that broke it off. */
async function ask(address, [from, to] = [], headers = {}) {
  const range = from === undefined ? {} : { Range: `bytes=${from}-${to - 1}` };
  try {
    const answer = await fetch(address, { headers: { 'Accept-Encoding': 'identity', ...range, ...headers } });
    const told = { status: answer.status, headers: answer.headers, url: answer.url };
    return await answer.arrayBuffer().then((bytes) => ({ ...told, bytes: Buffer.from(bytes) }), (error) => ({ ...told, error }));
  } catch (error) {
    return { error };
  }
}

/** The address of one file behind such a host. */
async function file(t, way) {
  const server = await remoteServer(t);
  return { server, address: `${server.mount('/files', { 'a file': whole }, way)}a%20file` };
}

function headerOf(content) {
  const length = Number(content.read(0, 8).readBigUInt64LE());
  return { end: 8 + length, header: JSON.parse(content.read(8, 8 + length)) };
}

test('a made checkpoint has the shapes of Pythia-6.9B, in shards that say what is in them', () => {
  const files = checkpoint(pythia);
  const shards = Object.entries(files).filter(([name]) => SHARD.test(name));
  const bytes = shards.reduce((sum, [, { size }]) => sum + size, 0);
  assert.ok(bytes > 13e9, `${bytes} bytes`);
  const { weight_map: map, metadata } = JSON.parse(files['model.safetensors.index.json'].read(0, files['model.safetensors.index.json'].size));
  let weights = 0;
  for (const [name, content] of shards) {
    const { end, header: { __metadata__, ...header } } = headerOf(content);
    const ranges = Object.values(header).map(({ data_offsets: range }) => range).sort(([one], [other]) => one - other);
    ranges.reduce((last, [from, to]) => (assert.equal(from, last), to), 0);
    assert.equal(end + ranges.at(-1)[1], content.size);
    weights += ranges.at(-1)[1];
    assert.deepEqual(Object.keys(header).filter((tensor) => map[tensor] !== name), []);
  }
  assert.equal(metadata.total_size, weights);
  const { header } = headerOf(files[map['gpt_neox.layers.31.mlp.dense_4h_to_h.weight']]);
  assert.deepEqual(header['gpt_neox.layers.31.mlp.dense_4h_to_h.weight'].shape, [4096, 16384]);
  assert.equal(JSON.parse(files['config.json'].read(0, files['config.json'].size)).num_hidden_layers, 32);
});

test('bytes of a made checkpoint do not depend on how they are cut', () => {
  const shard = checkpoint(pythia)['model-00002-of-00003.safetensors'];
  const { end } = headerOf(shard);
  for (const start of [end - 50, end + 123_456_789, shard.size - 70_000]) {
    const bytes = shard.read(start, start + 70_000);
    for (const step of [1, 7, 4096, 12_345]) {
      const pieces = [];
      for (let at = 0; at < Math.min(bytes.length, 200 * step); at += step) pieces.push(shard.read(start + at, start + Math.min(at + step, bytes.length)));
      const joined = Buffer.concat(pieces);
      assert.ok(joined.equals(bytes.subarray(0, joined.length)), `${start} in pieces of ${step}`);
    }
  }
});

test('made weights are normal with a deviation of 0.02, and others in another tensor or at another step', () => {
  const values = (shape, name) => {
    const files = checkpoint(shape);
    const [shard] = Object.entries(files).filter(([file, content]) => SHARD.test(file) && headerOf(content).header[name]).map(([, content]) => content);
    const { end, header } = headerOf(shard);
    const [from, to] = header[name].data_offsets;
    const bytes = shard.read(end + from, end + to);
    return Array.from({ length: bytes.length / 2 }, (_, i) => value(bytes.readUInt16LE(2 * i)));
  };
  const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;
  const [one, ...others] = [
    values(sibling, 'gpt_neox.layers.3.attention.dense.weight'),
    values(sibling, 'gpt_neox.layers.4.attention.dense.weight'),
    values({ ...sibling, seed: 'step0' }, 'gpt_neox.layers.3.attention.dense.weight'),
  ];
  assert.ok(Math.abs(mean(one)) < 0.0005);
  const power = (list, n) => mean(list.map((x) => x ** n));
  assert.ok(Math.abs(Math.sqrt(power(one, 2)) - 0.02) < 0.0003);
  assert.ok(Math.abs(power(one, 4) / power(one, 2) ** 2 - 3) < 0.1, 'kurtosis');
  for (const other of [...others, [...one.slice(1), 0], [...one.slice(256), ...one.slice(0, 256)]]) {
    assert.ok(Math.abs(mean(one.map((x, i) => x * other[i]))) < 5 * 0.0004 / 256, 'correlated');
  }
});

/** A number of 16 bits. */
function value(bits) {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  return (bits >> 15 ? -1 : 1) * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

test('a checkpoint on disk is the one that is served', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'neuromfa-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const server = await remoteServer(t);
  const address = server.mount('/made', checkpoint(sibling));
  const paths = writeCheckpoint(folder, sibling);
  assert.equal(paths.length, 5);
  assert.ok(paths.reduce((sum, path) => sum + statSync(path).size, 0) < 30e6);
  for (const path of paths) assert.ok((await ask(address + basename(path))).bytes.equals(readFileSync(path)), path);
});

test('thousands of requests, and a hundred megabytes, cost seconds', { timeout: 60_000 }, async (t) => {
  const server = await remoteServer(t);
  const address = `${server.mount('/made', checkpoint(pythia))}model-00001-of-00003.safetensors`;
  const seconds = async (work) => {
    const begun = performance.now();
    await work();
    return (performance.now() - begun) / 1000;
  };
  const count = 2000;
  let next = 0;
  const reader = async () => {
    for (let at = next++; at < count; at = next++) assert.equal((await ask(address, [1e8 + at * 1e6, 1e8 + at * 1e6 + 8192])).bytes.length, 8192);
  };
  const small = await seconds(() => Promise.all(Array.from({ length: 6 }, reader)));
  const large = await seconds(async () => assert.equal((await ask(address, [1e9, 1.1e9])).bytes.length, 1e8));
  assert.equal(server.bytes(), count * 8192 + 1e8);
  t.diagnostic(`${count} rows ${small.toFixed(1)} s, 100 MB ${large.toFixed(1)} s`);
  assert.ok(small < 10 && large < 10);
});

test('a range, the rest, the end, and the whole file', async (t) => {
  const { server, address } = await file(t);
  const { status, headers, bytes } = await ask(address, [100, 200]);
  assert.deepEqual([status, headers.get('content-range'), headers.get('content-length')], [206, 'bytes 100-199/1000', '100']);
  assert.deepEqual(bytes, whole.read(100, 200));
  assert.match(headers.get('etag'), /^"[0-9a-f]{32}"$/);
  assert.equal(headers.get('access-control-allow-origin'), '*');
  assert.match(headers.get('access-control-expose-headers'), /Content-Range/);
  assert.equal((await ask(address, [], { Range: 'bytes=900-' })).headers.get('content-range'), 'bytes 900-999/1000');
  assert.equal((await ask(address, [], { Range: 'bytes=-10' })).headers.get('content-range'), 'bytes 990-999/1000');
  assert.equal((await ask(address, [990, 2000])).bytes.length, 10);
  assert.equal((await ask(address, [1000, 1001])).status, 416);
  assert.equal((await ask(address, [0, 10], { 'If-Range': '"another"' })).status, 200);
  assert.equal((await ask(address)).bytes.length, 1000);
  assert.equal((await fetch(address, { method: 'HEAD' })).headers.get('content-length'), '1000');
  assert.equal((await ask(`${address}.txt`)).status, 404);
  const [first] = server.requests;
  assert.deepEqual([first.site, first.method, first.range, first.status, first.bytes, first.authorization], ['same', 'GET', 'bytes=100-199', 206, 100, null]);
});

test('ways of hosts that are no fault give the right bytes', async (t) => {
  for (const [name, way] of Object.entries(WAYS)) {
    const { server, address } = await file(t, way);
    const begun = performance.now();
    const answer = await ask(address, [100, 200]);
    assert.equal(answer.status, 206, name);
    assert.deepEqual(answer.bytes, whole.read(100, 200), name);
    assert.ok(performance.now() - begun >= (way.latency ?? 0) - 2, name);
    assert.equal(answer.headers.has('access-control-expose-headers'), way.cors !== 'bare', name);
    assert.equal(answer.headers.has('etag'), way.validators === undefined, name);
    assert.equal(answer.headers.has('last-modified'), way.validators !== 'none', name);
    const away = ['other', 'chain'].includes(way.redirect);
    assert.equal(new URL(answer.url).origin, away ? server.elsewhere : server.url, name);
    assert.equal(server.requests.length, { same: 2, other: 2, chain: 7 }[way.redirect] ?? 1, name);
  }
});

/** What six requests for the same range come to, one after the other. */
async function sixOf(t, name) {
  const { server, address } = await file(t, FAULTS[name]);
  const answers = [];
  for (let i = 0; i < 6; i++) answers.push(await ask(address, [600, 700]));
  return { server, answers };
}

const right = ({ status, bytes, error }) => status === 206 && !error && bytes.equals(whole.read(600, 700));

test('each fault does what it says', async (t) => {
  const wanted = {
    'no-sharing': [6, ({ headers }) => !headers.has('access-control-allow-origin')],
    'no-ranges': [0, ({ status, bytes, headers }) => status === 200 && bytes.length === 1000 && !headers.has('accept-ranges')],
    'cut-once': [5, (answer) => right(answer) || (answer.status === 206 && answer.error)],
    'cut-always': [0, ({ status, error }) => status === 206 && error],
    'changes': [3, (answer) => right(answer) || (answer.bytes.equals(changed(whole).read(600, 700)) && answer.headers.has('etag'))],
    'changes-dated': [3, (answer) => right(answer) || (answer.headers.get('last-modified').startsWith('Wed') && !answer.headers.has('etag'))],
    'unsatisfiable': [0, ({ status, headers }) => status === 416 && headers.get('content-range') === 'bytes */1000'],
    'too-many-once': [5, (answer) => right(answer) || (answer.status === 429 && answer.headers.get('retry-after') === '1')],
    'too-many-always': [0, ({ status, headers }) => status === 429 && headers.get('retry-after') === '3600'],
    'error-twice': [4, (answer) => right(answer) || answer.status === 500],
    'unavailable-always': [0, ({ status }) => status === 503],
    'missing': [0, ({ status }) => status === 404],
    'loop': [0, ({ error }) => error],
    // Each redirect gives a new address; an old one is asked below.
    'expires': [6, () => true],
    'gzip-file': [0, ({ error, headers }) => error || headers.get('content-encoding') === 'gzip'],
    'gzip-body': [6, ({ headers }) => headers.get('content-encoding') === 'gzip'],
    'shifted': [0, ({ headers, bytes }) => headers.get('content-range') === 'bytes 616-715/1000' && bytes.equals(whole.read(616, 716))],
    'fewer': [0, ({ status, bytes }) => status === 206 && bytes.equals(whole.read(600, 699))],
    'more': [0, ({ status, bytes }) => status === 206 && bytes.equals(whole.read(600, 701))],
    'total-lies': [6, ({ headers }) => headers.get('content-range') === 'bytes 600-699/2024'],
    'total-changes': [6, ({ headers }) => /\/(1000|2024)$/.test(headers.get('content-range'))],
  };
  assert.deepEqual(Object.keys(wanted), Object.keys(FAULTS));
  for (const [name, [good, is]] of Object.entries(wanted)) {
    const { answers } = await sixOf(t, name);
    assert.equal(answers.filter(right).length, good, `${name}: right answers`);
    answers.forEach((answer, at) => assert.ok(is(answer), `${name}, answer ${at}: ${answer.status} ${answer.error}`));
  }
  const { answers } = await sixOf(t, 'changes');
  assert.equal(new Set(answers.map(({ headers }) => headers.get('etag'))).size, 2);
});

test('a body that stops stays open, and one that is slow takes its time', async (t) => {
  const { address } = await file(t, { faults: [{ kind: 'stall', times: 1 }], bytesPerSecond: 2000 });
  const patience = AbortSignal.timeout(400);
  const stalled = await fetch(address, { headers: { Range: 'bytes=0-99' }, signal: patience });
  await assert.rejects(stalled.arrayBuffer(), { name: 'TimeoutError' });
  const begun = performance.now();
  assert.equal((await ask(address, [0, 1000])).bytes.length, 1000);
  assert.ok(performance.now() - begun > 400);
});

test('an address that was given out expires', async (t) => {
  const { address } = await file(t, FAULTS.expires);
  const { url } = await ask(address, [0, 10]);
  assert.equal((await ask(url, [0, 10])).status, 206);
  const old = await ask(url, [0, 10]);
  assert.equal(old.status, 403);
  assert.match(String(old.bytes), /expired/);
  assert.notEqual((await ask(address, [0, 10])).url, url);
});

test('a hub lists revisions in pages, sends to its store, and refuses by name', async (t) => {
  const server = await remoteServer(t);
  const revisions = { main: { 'config.json': held('{}'), 'model.safetensors': whole, 'onnx/model.onnx': whole }, step1: { 'model.safetensors': changed(whole) } };
  server.hub({ 'a/model': { revisions }, 'a/gated': { revisions, gated: true }, 'a/hidden': { revisions, hidden: true } }, { page: 2 });
  const list = (name, revision = 'main') => `${server.url}/api/models/${name}/tree/${revision}?recursive=true`;
  const first = await ask(list('a/model'));
  assert.deepEqual(JSON.parse(first.bytes).map(({ type, path }) => [type, path]), [['directory', 'onnx'], ['file', 'config.json']]);
  const [, next] = first.headers.get('link').match(/^<(.+)>; rel="next"$/);
  const second = await ask(next);
  assert.deepEqual(JSON.parse(second.bytes).map(({ path, size, lfs }) => [path, size, lfs.size]), [['model.safetensors', 1000, 1000], ['onnx/model.onnx', 1000, 1000]]);
  assert.equal(second.headers.get('link'), null);

  const resolve = (name, path, revision = 'main') => `${server.url}/${name}/resolve/${revision}/${path}`;
  assert.deepEqual((await ask(resolve('a/model', 'model.safetensors'), [0, 1000])).bytes, whole.read(0, 1000));
  assert.equal(server.requests.at(-1).site, 'other');
  assert.deepEqual((await ask(resolve('a/model', 'model.safetensors', 'step1'), [0, 1000])).bytes, changed(whole).read(0, 1000));
  assert.equal(String((await ask(resolve('a/model', 'config.json'))).bytes), '{}');
  assert.equal(server.requests.at(-1).site, 'same');

  const token = (text) => ({ Authorization: `Bearer ${text}` });
  for (const [address, headers, status, code] of [
    [list('a/none'), {}, 401, 'RepoNotFound'],
    [list('a/none'), token('good'), 404, 'RepoNotFound'],
    [list('a/hidden'), {}, 401, 'RepoNotFound'],
    [list('a/hidden'), token('good'), 200, null],
    [list('a/model', 'step2'), {}, 404, 'RevisionNotFound'],
    [resolve('a/model', 'model.bin'), {}, 404, 'EntryNotFound'],
    [list('a/gated'), {}, 200, null],
    [resolve('a/gated', 'config.json'), {}, 401, 'GatedRepo'],
    [resolve('a/gated', 'config.json'), token('other'), 403, 'GatedRepo'],
    [resolve('a/gated', 'model.safetensors'), token('good'), 200, null],
  ]) {
    const answer = await ask(address, [], headers);
    assert.deepEqual([answer.status, answer.headers.get('x-error-code')], [status, code], address);
  }
  assert.ok(server.requests.some(({ site, authorization }) => site === 'same' && authorization === 'Bearer good'));
  const asked = await fetch(resolve('a/gated', 'config.json'), { method: 'OPTIONS' });
  assert.match(asked.headers.get('access-control-allow-headers'), /Authorization/);
});

test('an archive, a folder with a page and one without, and Git with pointers', async (t) => {
  const server = await remoteServer(t);
  server.archive({ 17: { 'a model.pt': whole } });
  const record = JSON.parse((await ask(`${server.url}/api/records/17`)).bytes);
  assert.deepEqual(record.files.map(({ key, size }) => [key, size]), [['a model.pt', 1000]]);
  assert.deepEqual((await ask(record.files[0].links.self, [5, 10])).bytes, whole.read(5, 10));
  assert.equal((await ask(`${server.url}/api/records/18`)).status, 404);

  const sharded = folderOf(join(root, 'tests/data/formats/sharded'));
  const folder = { ...Object.fromEntries(Object.entries(sharded).map(([path, content]) => [`below/${path}`, content])), 'read me.txt': held('') };
  const page = await ask(server.mount('/open', folder, { index: true }));
  assert.match(page.headers.get('content-type'), /^text\/html/);
  assert.deepEqual([...String(page.bytes).matchAll(/href="([^"]*)"/g)].map(([, link]) => link), ['?C=N;O=D', '?C=S;O=A', '../', 'below/', 'read%20me.txt']);
  assert.equal([...String((await ask(`${server.url}/open/below/`)).bytes).matchAll(/href="model/g)].length, 3);
  assert.equal((await ask(server.mount('/closed', folder))).status, 404);
  assert.equal((await ask(`${server.url}/closed/below/model.safetensors.index.json`)).status, 200);

  server.git({ 'owner/name/main': { 'model.pt': whole, 'config.json': held('{}') } });
  const pointer = String((await ask(`${server.url}/owner/name/main/model.pt`)).bytes);
  assert.match(pointer, /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:[0-9a-f]{64}\nsize 1000\n$/);
  assert.deepEqual((await ask(`${server.url}/media/owner/name/main/model.pt`, [0, 9])).bytes, whole.read(0, 9));
  assert.equal(String((await ask(`${server.url}/owner/name/main/config.json`)).bytes), '{}');
});
