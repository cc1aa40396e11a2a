// Sites with checkpoints, on this machine: files, folders, a hub, an archive and Git hosts, as they are and as they fail. For the
// tests of web sources. `node tests/remote/server.mjs` starts it by hand, with a page of what it offers.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../tools/lib.mjs';
import { behaviour, give, point, preflight, say, sharing } from './answer.mjs';
import { folderOf, held } from './content.mjs';
import { hub } from './hub.mjs';
import { archive, git, mount } from './sites.mjs';
import { FAULTS, WAYS } from './ways.mjs';
import { checkpoint } from './weights.mjs';

const HOST = '127.0.0.1';
const EXPIRED = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>';

/**
 * Starts two sites, `url` and `elsewhere`, which are two origins; they end with the test. Nothing is on them at first:
 * - `mount(path, files, behaviour)` puts files there, by their paths, and returns its address; `index: true` gives the folder a page
 * - `hub(models, { page, list, files, store })` makes the site a hub of models
 * - `archive(records, behaviour)` makes it an archive: records by number, each with its files
 * - `git(repositories, behaviour)` gives raw files by `owner/name/ref`, pointers instead of weights, and the weights under `/media/`
 * `requests` lists what was asked: `{ site, method, path, range, origin, authorization, status, bytes }`.
 */
export async function remoteServer(t) {
  const sites = { same: await listening(), other: await listening() };
  const world = { sites, requests: [], handlers: [], given: new Map() };
  for (const [name, { server }] of Object.entries(sites)) server.on('request', (request, response) => answer(world, name, request, response));
  const close = () => Promise.all(Object.values(sites).map(({ server }) => closed(server)));
  t?.after(close);
  const moved = (...about) => movedTo(world, ...about);
  const add = (handler, place = '') => {
    world.handlers.push(handler);
    return `${sites.same.url}${place}`;
  };
  return {
    url: sites.same.url,
    elsewhere: sites.other.url,
    requests: world.requests,
    /** Bytes that were sent, of these requests. */
    bytes: (wanted = () => true) => world.requests.filter(wanted).reduce((sum, { bytes }) => sum + bytes, 0),
    forget: () => world.requests.splice(0),
    mount: (path, files, differing) => add(mount(path, files, behaviour(differing), moved), `${path}/`),
    hub: (models, { page = 1000, list, files, store } = {}) =>
      add(hub(models, page, { list: behaviour(list), files: behaviour(files), store: behaviour(store) }, moved)),
    archive: (records, differing) => add(archive(records, behaviour(differing))),
    git: (repositories, differing) => add(git(repositories, behaviour(differing))),
    close,
  };
}

async function listening() {
  const server = createServer({ keepAliveTimeout: 60_000 });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, HOST, resolve));
  return { server, url: `http://${HOST}:${server.address().port}` };
}

const closed = (server) =>
  new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });

async function answer(world, site, request, response) {
  const url = new URL(request.url, world.sites[site].url);
  const { range = null, origin = null, authorization = null } = request.headers;
  const { method } = request;
  const entry = { site, method, path: url.pathname, range, origin, authorization, bytes: 0, get status() { return response.statusCode; } };
  world.requests.push(entry);
  const exchange = { site, url, path: decoded(url.pathname), request, response, entry };
  const { manner, reply } = found(world, exchange) ?? { manner: behaviour(), reply: () => say(exchange, 404, 'Not found\n', sharing(behaviour())) };
  try {
    await (request.method === 'OPTIONS' ? preflight(exchange, manner) : reply());
  } catch (error) {
    // Whoever asks may leave at any time.
    if (!response.destroyed) throw error;
  }
}

/** The first that knows what is asked for. */
function found(world, exchange) {
  const handlers = exchange.site === 'same' ? [given, ...world.handlers] : [given];
  return handlers.reduce((known, handler) => known ?? handler(exchange, world), null);
}

function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** An address on a site at which this content is for a while. */
function movedTo(world, site, name, content, manner, hops = 0) {
  const signature = String(world.given.size + 1).padStart(8, '0');
  world.given.set(signature, { name, content, manner, hops, uses: 0 });
  return `${world.sites[site].url}/given/${signature}/${name.split('/').map(encodeURIComponent).join('/')}`;
}

/** Answers at such addresses. */
function given(exchange, world) {
  const there = world.given.get(exchange.path.match(/^\/given\/(\d+)\//)?.[1]);
  if (!there) return null;
  const { name, content, manner, hops } = there;
  return {
    manner,
    async reply() {
      const old = there.uses++ >= manner.uses;
      if (old) say(exchange, 403, EXPIRED, { ...sharing(manner), 'Content-Type': 'application/xml' });
      else if (hops === 0) await give(exchange, content, manner);
      else await point(exchange, movedTo(world, hops % 2 ? 'other' : 'same', name, content, manner, hops - 1), { ...manner, faults: [] });
    },
  };
}

async function byHand() {
  const server = await remoteServer();
  const steps = folderOf(join(root, 'tests/data/neox-tiny'), /^(config\.json|.*\.safetensors)$/);
  const large = checkpoint();
  const one = { 'step0.safetensors': steps['step0.safetensors'] };
  const addresses = Object.entries({ ...WAYS, ...FAULTS }).map(([name, way]) => `${server.mount(`/${name}`, one, way)}step0.safetensors`);
  addresses.push(server.mount('/formats', folderOf(join(root, 'tests/data/formats'), /^(?!expected)/), { index: true }));
  addresses.push(server.mount('/pythia-6.9b', large, { index: true }));
  const revisions = Object.fromEntries([0, 32, 256, 1000].map((step) => [`step${step}`, revision(steps, step)]));
  const tiny = { main: revisions.step1000, ...revisions };
  server.hub({ 'tiny/neox': { revisions: tiny }, 'tiny/gated': { revisions: tiny, gated: true }, 'large/pythia-6.9b': { revisions: { main: large } } });
  server.archive({ 1234567: steps });
  addresses.push(...['tiny/neox', 'tiny/gated', 'large/pythia-6.9b'].map((name) => `hub+${server.url}/${name}`), `zenodo+${server.url}/records/1234567`);
  const items = addresses.map((address) => `<li><a href="${address}">${address}</a>`);
  const page = server.mount('', { '': held(`<!doctype html><title>Web sources</title><ul>${items.join('')}</ul>`) });
  console.log(`${addresses.join('\n')}\n\nAll of them: ${page}   (Ctrl+C ends it)`);
}

const revision = (steps, step) => ({ 'config.json': steps['config.json'], 'model.safetensors': steps[`step${step}.safetensors`] });

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await byHand();
