// How a host gives out one file: ranges, headers, pace, and what hosts do wrong.
import { setTimeout as sleep } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { changed, digest } from './content.mjs';

const PIECE = 1 << 18;
const DATES = ['Tue, 04 Apr 2023 10:00:00 GMT', 'Wed, 05 Apr 2023 10:00:00 GMT'];
const EXPOSED = 'ETag, Content-Range, Content-Length, Accept-Ranges, Retry-After, X-Error-Code, X-Error-Message, X-Linked-Size, X-Linked-ETag, Link';

const plain = {
  /** true; "bare": readable, but no header is exposed; false: another site may not read. */
  cors: true,
  /** Whether a range is answered with 206, or with the whole file. */
  ranges: true,
  /** "etag" with a date; "date" alone; "none". */
  validators: 'etag',
  /** Milliseconds before each answer. */
  latency: 0,
  bytesPerSecond: Infinity,
  /** Where the file has moved to: "same" host or "other" port, through a "chain" of both, or in a "loop". */
  redirect: null,
  /** How often an address that was given out by a redirect may be used before it has expired. */
  uses: Infinity,
  /** What goes wrong, see `behaviour`. */
  faults: [],
};

/**
 * A behaviour from what differs from the plain one. A fault is `{ kind, after, times, on }`: after so many requests, so many times,
 * for paths that match. Kinds:
 * - "status": `status`, with `retryAfter` (seconds) and `code` (X-Error-Code) where told
 * - "cut": the connection ends after the first half of the body; "stall": it stays open there, and nothing comes
 * - "change": the file is another one from now on
 * - "gzip-file": ranges count bytes of the compressed file; "gzip-body": each range is compressed
 * - "shifted": the range is another than asked for, and says so; "fewer", "more": bytes than Content-Length should be
 * - "total": Content-Range tells a file longer than it is
 */
export function behaviour(differing = {}) {
  const faults = (differing.faults ?? []).map((fault) => ({ after: 0, times: Infinity, on: /./, ...fault, met: 0 }));
  return { ...plain, ...differing, faults };
}

/** Headers by which other sites may read an answer. */
export function sharing({ cors }) {
  if (!cors) return {};
  return { 'Access-Control-Allow-Origin': '*', ...(cors === 'bare' ? {} : { 'Access-Control-Expose-Headers': EXPOSED }) };
}

/** Answers the question that browsers ask before they send a header that is not for everybody. */
export function preflight({ response }, { cors }) {
  const allowed = { 'Access-Control-Allow-Methods': 'GET, HEAD', 'Access-Control-Allow-Headers': 'Authorization, Range, If-Range, If-Match' };
  response.writeHead(cors ? 204 : 403, cors ? { ...sharing({ cors }), ...allowed } : {}).end();
}

/** A refusal in words, or any other short answer. */
export function say(exchange, status, text, headers = {}) {
  const { request, response, entry } = exchange;
  const body = Buffer.from(text);
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': body.length, ...headers });
  if (request.method !== 'HEAD') entry.bytes += body.length;
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** The fault whose turn it is. All that match the path count this request. */
function due(faults, path) {
  const turns = faults.filter(({ on }) => on.test(path)).map((fault) => ({ fault, turn: fault.met++ }));
  return turns.find(({ fault, turn }) => turn >= fault.after && turn < fault.after + fault.times)?.fault ?? null;
}

/** Answers that the file is elsewhere. */
export async function point(exchange, location, manner, headers = {}) {
  if (manner.latency > 0) await sleep(manner.latency);
  const fault = due(manner.faults, exchange.path);
  if (fault?.kind === 'status') return refuse(exchange, { size: 0 }, manner, fault);
  say(exchange, 302, '', { ...sharing(manner), ...headers, Location: location });
}

/** Answers with bytes of a file. */
export async function give(exchange, content, manner, further = {}) {
  if (manner.latency > 0) await sleep(manner.latency);
  const fault = due(manner.faults, exchange.path);
  if (fault?.kind === 'status') return refuse(exchange, content, manner, fault);
  const file = versionOf(content, fault);
  const headers = { ...sharing(manner), ...headersOf(file, manner, fault), ...further };
  // A range means nothing where no body is asked for.
  const range = manner.ranges && exchange.request.method === 'GET' ? rangeOf(exchange.request.headers, file, headers) : null;
  if (range === undefined) return say(exchange, 416, '', { ...headers, 'Content-Range': `bytes */${file.size}` });
  return fault?.kind === 'gzip-body' ? giveCompressed(exchange, file, headers, range) : giveBytes(exchange, file, headers, range, manner, fault);
}

function refuse(exchange, { size }, manner, { status, retryAfter, code }) {
  const headers = { ...sharing(manner) };
  if (status === 416) headers['Content-Range'] = `bytes */${size}`;
  if (retryAfter !== undefined) headers['Retry-After'] = String(retryAfter);
  if (code) headers['X-Error-Code'] = code;
  say(exchange, status, `${status}\n`, headers);
}

const versions = new WeakMap();

/** What is given out instead of the file, where a fault says so. */
function versionOf(content, fault) {
  const make = { change: changed, 'gzip-file': zipped }[fault?.kind];
  if (!make) return content;
  if (!versions.has(content)) versions.set(content, {});
  return (versions.get(content)[fault.kind] ??= make(content));
}

function zipped(content) {
  const body = gzipSync(content.read(0, content.size));
  return { size: body.length, read: (from, to) => body.subarray(from, to) };
}

function headersOf(file, { ranges, validators }, fault) {
  const headers = { 'Content-Type': 'application/octet-stream' };
  if (ranges) headers['Accept-Ranges'] = 'bytes';
  if (validators !== 'none') headers['Last-Modified'] = DATES[fault?.kind === 'change' ? 1 : 0];
  if (validators === 'etag') headers.ETag = `"${digest(file).slice(0, 32)}"`;
  if (fault?.kind === 'gzip-file') headers['Content-Encoding'] = 'gzip';
  return headers;
}

/** The one range that was asked for; null for the whole file, undefined where the file does not reach. */
function rangeOf({ range, 'if-range': condition }, { size }, { ETag: tag, 'Last-Modified': date }) {
  const [, first, last] = range?.match(/^bytes=(\d*)-(\d*)$/) ?? [];
  if (!first && !last) return null;
  if (condition && condition !== tag && condition !== date) return null;
  const from = first ? Number(first) : Math.max(0, size - Number(last));
  const to = first && last ? Math.min(size, Number(last) + 1) : size;
  return from < to ? { from, to } : undefined;
}

async function giveBytes(exchange, file, headers, range, manner, fault) {
  const told = range ?? { from: 0, to: file.size };
  const { from, to } = fault?.kind === 'shifted' ? shifted(told, file) : told;
  const length = to - from + ({ fewer: -1, more: 1 }[fault?.kind] ?? 0);
  if (range) headers['Content-Range'] = `bytes ${from}-${to - 1}/${file.size + (fault?.kind === 'total' ? 1024 : 0)}`;
  exchange.response.writeHead(range ? 206 : 200, { ...headers, 'Content-Length': length });
  if (exchange.request.method === 'HEAD') return exchange.response.end();
  const broken = fault?.kind === 'cut' || fault?.kind === 'stall';
  const body = pieces(exchange, file, from, from + (broken ? Math.floor(length / 2) : length), manner);
  if (broken) return breakOff(exchange.response, body, fault.kind);
  // Of a short body the only piece is the whole.
  if (length > PIECE || manner.bytesPerSecond < Infinity) return pipeline(body, exchange.response);
  exchange.response.end((await body.next()).value);
}

/** The same length, a little later in the file, or a little earlier where it ends. */
function shifted({ from, to }, { size }) {
  const by = to + 16 <= size ? 16 : -Math.min(16, from);
  return { from: from + by, to: to + by };
}

/** A body in pieces, at the pace of the host. A byte behind the end of the file is a zero. */
async function* pieces({ entry }, file, from, to, { bytesPerSecond }) {
  const piece = Math.min(PIECE, Math.max(1, Math.ceil(bytesPerSecond / 20)));
  for (let at = from; at < to; at += piece) {
    const end = Math.min(at + piece, to);
    const bytes = file.read(at, Math.min(end, file.size));
    if (bytesPerSecond < Infinity) await sleep((1000 * (end - at)) / bytesPerSecond);
    entry.bytes += end - at;
    yield end > file.size ? Buffer.concat([bytes, Buffer.alloc(end - file.size)]) : bytes;
  }
}

async function breakOff(response, body, kind) {
  for await (const piece of body) {
    if (response.destroyed) return;
    await new Promise((sent) => response.write(piece, sent));
  }
  if (kind === 'cut') response.destroy();
}

/** The range is right, and was compressed on its way out. */
function giveCompressed({ request, response, entry }, file, headers, range) {
  const { from, to } = range ?? { from: 0, to: file.size };
  const body = gzipSync(file.read(from, to));
  if (range) headers['Content-Range'] = `bytes ${from}-${to - 1}/${file.size}`;
  response.writeHead(range ? 206 : 200, { ...headers, 'Content-Encoding': 'gzip', 'Content-Length': body.length });
  if (request.method === 'HEAD') return response.end();
  entry.bytes += body.length;
  response.end(body);
}
