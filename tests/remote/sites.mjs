// What can be on a site: folders of files, an archive of records, raw files of Git. Each is a handler: it finds what a request is
// for, and says how its host behaves and what it replies.
import { give, point, say, sharing } from './answer.mjs';
import { held, pointerTo } from './content.mjs';

const HOPS = 5;

/** Files below a path. */
export function mount(path, files, manner, moved) {
  const place = `${path.replace(/\/$/, '')}/`;
  return (exchange) => {
    if (!exchange.path.startsWith(place)) return null;
    const name = exchange.path.slice(place.length);
    const content = files[name];
    if (content && manner.redirect) {
      return { manner, reply: () => point(exchange, elsewhere(exchange, name, content, manner, moved), { ...manner, faults: [] }) };
    }
    const page = content || !manner.index ? null : indexOf(files, place, name);
    const type = name === '' || name.endsWith('/') ? { 'Content-Type': 'text/html; charset=utf-8' } : {};
    const missing = () => say(exchange, 404, 'Not found\n', sharing(manner));
    return { manner, reply: () => (content || page ? give(exchange, content ?? page, manner, type) : missing()) };
  };
}

function elsewhere(exchange, name, content, manner, moved) {
  if (manner.redirect === 'loop') return exchange.url.href;
  return manner.redirect === 'chain' ? moved('same', name, content, manner, HOPS) : moved(manner.redirect, name, content, manner);
}

/** The page of a folder, as web servers make it: columns to sort by, the folder above, what is in it. Null for no folder. */
function indexOf(files, place, name) {
  const below = Object.keys(files).filter((path) => path.startsWith(name) && (name === '' || name.endsWith('/')));
  if (below.length === 0) return null;
  const entries = [...new Set(below.map((path) => path.slice(name.length).match(/^[^/]*\/?/)[0]))];
  const rows = entries.map((entry) => `<tr><td><a href="${encodeURI(entry)}">${entry}</a></td></tr>`);
  const sorting = '<tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=S;O=A">Size</a></th></tr>';
  const title = `Index of ${place}${name}`;
  const above = '<tr><td><a href="../">Parent Directory</a></td></tr>';
  return held(`<!doctype html><title>${title}</title><h1>${title}</h1><table>${sorting}${above}${rows.join('')}</table>`);
}

/** Records of an archive by number, with a list of files each. */
export function archive(records, manner) {
  return (exchange) => {
    const [, number, name] = exchange.path.match(/^\/api\/records\/(\d+)(?:\/files\/(.+)\/content)?$/) ?? [];
    if (!number) return null;
    const json = { 'Content-Type': 'application/json' };
    const record = records[number];
    const content = name ? record?.[name] : record && recordOf(exchange.url.origin, number, record);
    const missing = () => say(exchange, 404, '{"status": 404, "message": "The persistent identifier does not exist."}', { ...sharing(manner), ...json });
    return { manner, reply: () => (content ? give(exchange, content, manner, name ? {} : json) : missing()) };
  };
}

function recordOf(origin, number, record) {
  const self = `${origin}/api/records/${number}`;
  const file = (key, { size }) => ({ key, size, checksum: `md5:${'0'.repeat(32)}`, links: { self: `${self}/files/${encodeURIComponent(key)}/content` } });
  const files = Object.entries(record).map(([key, content]) => file(key, content));
  return held(JSON.stringify({ id: Number(number), conceptrecid: String(number - 1), metadata: { title: 'A record' }, links: { self }, files }));
}

/** Raw files by `owner/name/ref`: where Git LFS keeps a file, Git has a pointer to it, and the file is below `/media/`. */
export function git(repositories, manner) {
  return (exchange) => {
    const [, media, repository, name] = exchange.path.match(/^\/(media\/)?([^/]+\/[^/]+\/[^/]+)\/(.+)$/) ?? [];
    const file = repositories[repository]?.[name];
    if (!file) return null;
    const content = media || name.endsWith('.json') ? file : pointerTo(file);
    return { manner, reply: () => give(exchange, content, manner) };
  };
}
