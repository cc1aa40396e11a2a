// WebKitGTK (not Safari, but its engine), driven by plain WebDriver over HTTP.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { browsers, until } from './harness.mjs';

/** A tab of a fresh profile, for one test. The driver tells nothing of console and requests. */
export async function webkitTab(t) {
  const { driver, browser, xvfb } = browsers.WebKitGTK;
  const cleanUp = [];
  t.after(async () => {
    for (const step of cleanUp.reverse()) await step();
  });
  const start = (command, args, options) => {
    const child = spawn(command, args, { stdio: 'ignore', ...options });
    cleanUp.push(() => child.kill());
    return child;
  };

  const display = await startDisplay(start, xvfb);
  const port = await freePort();
  // As root, as in containers, its sandbox cannot start.
  const sandbox = process.getuid() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {};
  start(driver, [`--port=${port}`], { env: { ...process.env, ...sandbox, DISPLAY: display } });

  const send = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  await until('WebKitWebDriver', () => send('GET', '/status').then(({ ready }) => ready, () => false));
  const alwaysMatch = { 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } };
  const { sessionId } = await send('POST', '/session', { capabilities: { alwaysMatch } });
  const session = `/session/${sessionId}`;
  cleanUp.push(() => send('DELETE', session));
  await send('POST', `${session}/timeouts`, { script: 60_000 });

  const element = async (css) => {
    const found = await send('POST', `${session}/element`, { using: 'css selector', value: css });
    return Object.values(found)[0];
  };
  return {
    problems: [],
    foreign: [],
    goto: (url) => send('POST', `${session}/url`, { url }),
    evaluate: (work, argument) =>
      send('POST', `${session}/execute/sync`, { script: `return (${work})(arguments[0])`, args: [argument ?? null] }),
    enterFrame: async (css) => {
      const found = await send('POST', `${session}/element`, { using: 'css selector', value: css });
      await send('POST', `${session}/frame`, { id: found });
    },
    choose: async (paths) =>
      send('POST', `${session}/element/${await element('input[type=file]')}/value`, { text: [paths].flat().join('\n') }),
    screenshot: async (path) => writeFileSync(path, Buffer.from(await send('GET', `${session}/screenshot`), 'base64')),
  };
}

/** An invisible screen; the server chooses its number and tells it. */
async function startDisplay(start, xvfb) {
  const server = start(xvfb, ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const [number] = await once(server.stdio[3], 'data');
  return `:${String(number).trim()}`;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
