// npm start: builds the site and serves it. Options after `--`: --port N, --no-isolation, --open.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { Failure, main } from './lib.mjs';
import { serve } from './serve.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    'no-isolation': { type: 'boolean', default: false },
    open: { type: 'boolean', default: false },
  },
});

await main(async () => {
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Failure(`--port takes a number up to 65535, not ${values.port}`);
  await build();
  const isolated = !values['no-isolation'];
  const { url } = await serveFrom(port, { isolated });
  console.log(`\nNeuroMFA is at ${url}${isolated ? '' : ' (without isolation headers)'} (Ctrl+C stops it)`);
  if (values.open) openBrowser(url);
});

/** Takes the next free port if the wanted one is taken. */
async function serveFrom(port, options) {
  for (let offset = 0; ; offset++) {
    try {
      return await serve({ ...options, port: port + offset });
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || offset === 20) throw new Failure(`no server at port ${port}: ${error.message}`);
    }
  }
}

function openBrowser(url) {
  const [command, ...args] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform] ?? ['xdg-open'];
  spawn(command, [...args, url], { stdio: 'ignore', detached: true })
    .on('error', () => console.log('No browser could be opened: follow the address above.'))
    .unref();
}
