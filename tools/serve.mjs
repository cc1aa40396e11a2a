// A small static server: the local site, and the browser tests.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dist } from './lib.mjs';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** With these headers a browser gives the page shared memory, hence threads; also inside an isolated embedder. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

const sharing = { 'Access-Control-Allow-Origin': '*' };

/**
 * Serves a folder.
 * @param {object} [options]
 * @param {string} [options.folder] what is served; the finished site unless told
 * @param {number} [options.port] 0 takes any free port
 * @param {string} [options.host] the interface to listen on
 * @param {boolean} [options.isolated] send the isolation headers; off, it behaves like GitHub Pages
 * @param {boolean} [options.shared] pages of other sites may read what is served, as with the packages of a CDN
 * @param {object} [options.headers] further headers of every answer
 * @param {string} [options.prefix] the sub-path of the site, such as "/neuromfa/"
 * @param {number} [options.latency] milliseconds before each answer
 * @param {(path: string, headers: object) => void} [options.onRequest] is told each path that is asked for
 * @returns {Promise<{url: string, port: number, close: () => Promise<void>}>}
 */
export async function serve({ folder = dist, port = 0, host = 'localhost', isolated = true, shared = false, headers: further = {}, prefix = '/', latency = 0, onRequest } = {}) {
  const server = createServer(async (request, response) => {
    onRequest?.(request.url, request.headers);
    if (latency > 0) await sleep(latency);
    const path = request.method === 'GET' || request.method === 'HEAD' ? localPath(request.url, prefix) : null;
    const file = path === null ? null : await findFile(join(folder, path));
    const headers = { 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff', ...(isolated ? isolation : {}), ...(shared ? sharing : {}), ...further };
    if (file === null) {
      response.writeHead(404, { ...headers, 'Content-Type': types['.txt'] }).end('Not found\n');
      return;
    }
    const type = types[extname(file.path)] ?? 'application/octet-stream';
    response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': file.size });
    if (request.method === 'HEAD') response.end();
    else createReadStream(file.path).on('error', () => response.destroy()).pipe(response);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const { port: taken } = server.address();
  return {
    url: `http://${host}:${taken}${prefix}`,
    port: taken,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** The request's path below the prefix, or null if it leaves the folder. */
function localPath(url, prefix) {
  let path;
  try {
    path = decodeURIComponent(url.split(/[?#]/)[0]);
  } catch {
    return null;
  }
  if (!path.startsWith(prefix) || path.includes('\0')) return null;
  const below = normalize(`./${path.slice(prefix.length)}`);
  return below.split(sep).includes('..') ? null : below;
}

/** A folder stands for its index.html. */
async function findFile(path) {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return findFile(join(path, 'index.html'));
  return found?.isFile() ? { path, size: found.size } : null;
}
