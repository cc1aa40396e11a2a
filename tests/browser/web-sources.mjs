// What tests of checkpoints on other sites share: the dialog, the numbers, and what was asked of the sites.
import { chromiumTab } from './chromium.mjs';
import { events, site, until, visit } from './harness.mjs';

export const none = '#v=1&null=';

export async function opened(t, hash = none) {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}${hash}`);
  return tab;
}

/** Opens the dialog and types; asks nobody. */
export async function typed(tab, source, { revisions: list = '', token = '' } = {}) {
  await tab.page.getByRole('button', { name: 'From the web' }).first().click();
  const dialog = tab.page.locator('dialog.web');
  await dialog.locator('#web-source').fill(source);
  await dialog.locator('#web-revisions').fill(list);
  if (token) {
    await dialog.locator('summary').click();
    await dialog.locator('#web-token').fill(token);
  }
  return dialog;
}

/** Confirms the host and waits for what was found: the plan with its cost, or the sentence that says why there is none. */
export async function looked(tab, source, options = {}) {
  const dialog = await typed(tab, source, options);
  await dialog.getByRole('button', { name: /^Ask / }).click();
  const fault = dialog.locator('.web-fault');
  const button = dialog.getByRole('button', { name: /^Read .*\d/ });
  await until('a plan or a fault', async () => (await fault.innerText()) !== '' || (await button.count()) > 0, { timeout: options.timeout });
  return { dialog, fault: await fault.innerText(), button };
}

/** Reads what is at an address, with the choices of the dialog by their labels: the document, or the sentence instead. */
export async function read(tab, source, { choices = [], timeout = 60_000, ...options } = {}) {
  const { dialog, fault, button } = await looked(tab, source, { ...options, timeout });
  if (fault) return { fault };
  for (const label of choices) await dialog.getByLabel(label, { exact: true }).check();
  await until('its cost', () => button.isEnabled());
  const cost = await dialog.locator('.web-cost').innerText();
  await button.click();
  const seen = await until('a result or an error', async () => {
    const now = await events(tab);
    return (now.results.length > 0 || now.errors.length > 0) && now;
  }, { timeout });
  return seen.errors.length > 0 ? { fault: seen.errors[0].text, cost } : { document: seen.results.at(-1), cost };
}

/** What a document says of a checkpoint, but for where it was. */
export const numbers = ({ checkpoints }) => checkpoints.map((one) => ({ ...one, files: one.files.map(({ name, bytes }) => ({ name, bytes })) }));

/** What the same files give when they are dropped. */
export async function dropped(t, place, hash = none) {
  const tab = await opened(t, hash);
  const before = (await events(tab)).results.length;
  await tab.chooseFolder(place);
  return await until('the result of the folder', async () => (await events(tab)).results[before]);
}

/** Ranges of weights that the store gave, in order. */
export function weightRanges(requests) {
  const ranges = requests.filter(({ range, path, site: name }) => range && name === 'other' && path.endsWith('.safetensors'));
  return ranges.map(({ path, range }) => {
    const [, first, last] = range.match(/bytes=(\d+)-(\d+)/);
    return { name: path.split('/').at(-1), from: Number(first), to: Number(last) + 1 };
  });
}

/** Bytes in at least one of the ranges. */
export function covered(ranges) {
  const sorted = [...ranges].sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : one.from - other.from));
  let [name, end, sum] = ['', 0, 0];
  for (const range of sorted) {
    if (range.name !== name) [name, end] = [range.name, 0];
    sum += Math.max(0, range.to - Math.max(end, range.from));
    end = Math.max(end, range.to);
  }
  return sum;
}
