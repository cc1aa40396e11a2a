// A hub of models: its list of files by revision, and files that are kept elsewhere, at addresses that are signed and expire.
import { give, point, say, sharing } from './answer.mjs';
import { digest, held } from './content.mjs';

/** What a hub keeps in its large store; the rest it gives out by itself. */
const LARGE = /\.(safetensors|bin|pt|pth|gguf|onnx|npz|h5|msgpack)$/;
export const GOOD_TOKEN = 'good';

/**
 * @param {object} models by `owner/name`: `{ revisions: { main: files }, gated, hidden }`. Files of a gated model, and all of a
 *   hidden one, are given to `Authorization: Bearer good` only; any other token has no access.
 * @param {number} page entries in a page of the list
 * @param {object} manners behaviours of the `list`, of `files` (the answers that redirect), and of the `store`, another origin
 * @param {function} moved makes an address elsewhere
 * @returns a handler, see sites.mjs
 */
export function hub(models, page, manners, moved) {
  return (exchange) => {
    const list = exchange.path.match(/^\/api\/models\/([^/]+\/[^/]+)\/tree\/([^/]+)$/);
    const file = exchange.path.match(/^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/);
    if (!list && !file) return null;
    const [, name, revision, path] = list ?? file;
    const manner = list ? manners.list : manners.files;
    const refusal = refused(models[name], revision, path, exchange.request.headers.authorization);
    const files = models[name]?.revisions[revision];
    const answer = () => (list ? answerList(exchange, files, page, manner) : answerFile(exchange, path, files[path], manners, moved));
    return { manner, reply: () => (refusal ? tell(exchange, manner, refusal) : answer()) };
  };
}

/** Hubs do not say of a model that one may not see whether there is one. Of a gated one everybody sees the list. */
function refused(model, revision, path, authorization) {
  const good = authorization === `Bearer ${GOOD_TOKEN}`;
  if (!model || (model.hidden && !good)) {
    return authorization ? [404, 'RepoNotFound', 'Repository not found'] : [401, 'RepoNotFound', 'Invalid username or password.'];
  }
  if (!model.revisions[revision]) return [404, 'RevisionNotFound', `Invalid rev id: ${revision}`];
  if (path === undefined) return null;
  if (model.gated && !good) return [authorization ? 403 : 401, 'GatedRepo', 'Access to this model is restricted.'];
  return model.revisions[revision][path] ? null : [404, 'EntryNotFound', 'Entry not found'];
}

function tell(exchange, manner, [status, code, text]) {
  const headers = { ...sharing(manner), 'Content-Type': 'application/json', 'X-Error-Code': code, 'X-Error-Message': text };
  say(exchange, status, JSON.stringify({ error: text }), headers);
}

async function answerList(exchange, files, page, manner) {
  const entries = entriesOf(files);
  const from = Number(exchange.url.searchParams.get('cursor') ?? 0);
  const headers = { 'Content-Type': 'application/json; charset=utf-8' };
  if (from + page < entries.length) {
    const further = new URL(exchange.url);
    further.searchParams.set('cursor', String(from + page));
    headers.Link = `<${further}>; rel="next"`;
  }
  await give(exchange, held(JSON.stringify(entries.slice(from, from + page))), { ...manner, validators: 'none' }, headers);
}

/** Folders are entries too. */
function entriesOf(files) {
  const above = (path) => path.split('/').slice(0, -1).map((_, at, parts) => parts.slice(0, at + 1).join('/'));
  const folders = [...new Set(Object.keys(files).flatMap(above))];
  const directories = folders.map((path) => ({ type: 'directory', oid: '0'.repeat(40), size: 0, path }));
  return [...directories, ...Object.entries(files).map(([path, content]) => entryOf(path, content))];
}

function entryOf(path, content) {
  const hash = digest(content);
  const entry = { type: 'file', oid: hash.slice(0, 40), size: content.size, path };
  return LARGE.test(path) ? { ...entry, lfs: { oid: hash, size: content.size, pointerSize: 135 } } : entry;
}

async function answerFile(exchange, path, content, { files, store }, moved) {
  const hash = digest(content);
  const headers = { 'X-Repo-Commit': hash.slice(0, 40), 'X-Linked-Size': String(content.size), 'X-Linked-ETag': `"${hash}"` };
  const to = LARGE.test(path) ? moved('other', path, content, store) : moved('same', path, content, { ...files, faults: [] });
  await point(exchange, to, files, headers);
}
