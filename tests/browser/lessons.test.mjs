// The lessons: each step can be done by keys, its answer is nowhere before it is asked for, and is what is computed elsewhere.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/lib.mjs';
import { chromiumTab } from './chromium.mjs';
import { assertQuiet, commandLine, needs, picture, site, until, visit } from './harness.mjs';

const LESSONS = { multifractal: 5, noise: 5, training: 5, sampling: 5, claim: 5 };
const demo = JSON.parse(readFileSync(join(root, 'demo/first-view.json'), 'utf8'));
const published = JSON.parse(readFileSync(join(root, 'demo/published.json'), 'utf8'));

test('every step of every lesson, by keys alone, in 320 pixels', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  const { keyboard } = tab.page;
  await tab.page.setViewportSize({ width: 320, height: 760 });
  await visit(tab, `${server.url}#v=1&view=lesson&threshold=120`);
  await until('the list', () => tab.evaluate(() => document.querySelectorAll('.lesson-list a').length === 5));
  const wide = () => tab.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(await wide() <= 320, 'the list');
  for (const [i, [lesson, steps]] of Object.entries(LESSONS).entries()) {
    if (i === 0) {
      await tab.page.locator('.lesson-list a').first().focus();
      await keyboard.press('Enter');
    }
    for (let at = 1; at <= steps; at++) {
      const name = `${lesson} ${at}`;
      await until(`${name} has the focus`, () => tab.evaluate(([of, number]) => {
        const { activeElement: active } = document;
        const asked = new URLSearchParams(location.hash.slice(1));
        return active?.tagName === 'H2' && asked.get('lesson') === of && Number(asked.get('at') ?? 1) === number && document.querySelector('.lesson-progress').textContent.startsWith(`${number} of`);
      }, [lesson, at]));
      assert.equal(await tab.page.locator('.lesson-view > [role=status]').textContent(), `Step ${at} of ${steps}`);

      // Neither seen nor heard, nor in the page at all.
      assert.equal(await tab.page.locator('.lesson-answer').textContent(), '', name);
      assert.doesNotMatch(await tab.page.locator('main').textContent(), /What you saw|What not to conclude/, name);
      if (at === 1) {
        const heard = await tab.page.locator('main').ariaSnapshot();
        assert.match(heard, /Show the answer/, name);
        assert.doesNotMatch(heard, /What you saw|What not to conclude/, name);
      }

      await tabTo(tab, '.lesson-guess input', name);
      if (await tab.evaluate(() => document.activeElement.type === 'radio')) await keyboard.press('ArrowDown');
      else await keyboard.type('0.5');
      await tabTo(tab, '.lesson-show', name);
      await keyboard.press('Enter');
      const answer = await answered(tab);
      assert.match(answer, /^(You were right\.|You chose another\.|You said )/, `${name}: ${answer}`);
      assert.match(answer, /What you saw.+What not to conclude.+/s, name);
      // A correlation is the answer itself, and not said twice.
      assert.match(answer, /\d/, name);
      assert.match(await until('it is said', () => tab.page.locator('.lesson-view > [role=status]').textContent().then((text) => !text.startsWith('Step') && text)), /^You /, name);

      assert.ok(await wide() <= 320, `${name} is ${await wide()} wide`);
      if (at === steps) await tab.page.screenshot({ path: picture(`lesson-phone-${lesson}`), fullPage: true });

      // On, in each of the ways.
      if (at < steps && at % 2) {
        await tab.page.locator('h2').first().focus();
        await keyboard.press(at === 1 ? 'n' : 'ArrowRight');
      } else {
        await tabTo(tab, '.read-ways a:last-child', name);
        await keyboard.press('Enter');
      }
    }
  }
  await until('the list again', () => tab.evaluate(() => document.activeElement?.tagName === 'H1' && document.querySelector('.lesson-list')));
  assert.match(await tab.evaluate(() => location.hash), /threshold=120/, 'all else of the address stays');
  assertQuiet(tab);
});

test('answers are what is computed elsewhere', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&view=lesson&lesson=multifractal&at=2&answers=shown`);

  // The closed form of the Cantor set, at q = 3 and -3.
  const alpha = (q, p) => -(p[0] ** q * Math.log(p[0]) + p[1] ** q * Math.log(p[1])) / (p[0] ** q + p[1] ** q) / Math.log(3);
  const width = (weight) => alpha(-3, [1 / (1 + weight), weight / (1 + weight)]) - alpha(3, [1 / (1 + weight), weight / (1 + weight)]);
  assert.match(await answered(tab), new RegExp(`^At 4\\.0\\..*${width(2).toFixed(3)} at 2\\.0, ${width(4).toFixed(3)} at 4\\.0`));
  assert.match(await go(tab, 'multifractal', 3), new RegExp(`^As wide\\. The width is ${width(0.5).toFixed(4)} at 0\\.5, and ${width(2).toFixed(4)}`));
  assert.match(await go(tab, 'multifractal', 4), /one point at 0\.9872 \(by its formula 0\.9872\)/);

  const at = (step) => demo.checkpoints.find((c) => c.step === step);
  const [first, early, last] = [at(0), at(256), demo.checkpoints.at(-1)];
  const shuffled = (c) => c.nulls.find((n) => n.kind === 'shuffle');
  assert.match(await go(tab, 'noise', 4), new RegExp(`^${shuffled(last).width_values.filter((w) => w < last.mean.width).length}\\. The width is ${last.mean.width.toFixed(3)}`));
  assert.match(await go(tab, 'training', 1), new RegExp(`^It falls\\. From ${first.mean.width.toFixed(3)} to ${early.mean.width.toFixed(3)}`));
  assert.match(await go(tab, 'training', 4), new RegExp(`^${Math.round(100 * shuffled(last).emergence / last.emergence)}\\. E is ${last.emergence.toFixed(3)}`));

  const e = published.associations.find((one) => one.metric === published.scores[0].metric && one.quantity === 'emergence');
  assert.match(await go(tab, 'claim', 1), new RegExp(`^${e.pearson.toFixed(2)}\\. Over all ${e.n} checkpoints`));
  assert.match(await go(tab, 'claim', 3), new RegExp(`0 is within its interval\\. Over ${e.late.n} checkpoints r is ${e.late.pearson.toFixed(2)}`));
  const own = demo.associations.find((one) => one.metric === demo.scores[0].metric && one.quantity === 'emergence');
  assert.match(await go(tab, 'claim', 4), new RegExp(`r is ${own.pearson.toFixed(2)} for E, ${own.shuffled.pearson.toFixed(2)} for shuffled weights, and ${own.log_step.pearson.toFixed(2)} for log`));

  // Ten samples, by the command line.
  const options = ['--network', 'sampled', '--layer-sample', '32', '--samples', '10', '--null', 'shuffle', '--null-samples', '20'];
  const written = execFileSync(commandLine(), ['analyze', join(root, 'demo/checkpoints/step3000.safetensors'), ...options], { encoding: 'utf8', maxBuffer: 1e9 });
  const [sampled] = JSON.parse(written).checkpoints;
  const [low, high] = sampled.uncertainty.width_interval;
  assert.match(await go(tab, 'sampling', 3), new RegExp(`The mean is ${sampled.mean.width.toFixed(3)}, with a 95% interval from ${low.toFixed(3)} to ${high.toFixed(3)}; the whole network has ${last.mean.width.toFixed(3)}`));
  assert.match(await go(tab, 'sampling', 5), new RegExp(`shuffled samples ${shuffled(sampled).width.toFixed(3)}`));
  assert.match(await go(tab, 'sampling', 1), new RegExp(`${(100 * sampled.network.edges / last.network.edges).toFixed(1)}%`));
  assertQuiet(tab);
});

test('links to lessons: answers shown, sliders placed, and none that leads nowhere', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  await visit(tab, `${server.url}#v=1&view=lesson&lesson=noise&at=2&set=2,150`);
  await until('its slider', () => tab.evaluate(() => document.querySelector('.read-slider input')?.getAttribute('aria-valuetext') === '2.00'));
  assert.equal(await tab.page.locator('.lesson-answer').textContent(), '');
  await tab.page.locator('.lesson-always input').check();
  assert.match(await answered(tab), /^It rises above 0/);
  await until('the address', async () => (await tab.evaluate(() => location.hash)).includes('answers=shown'));
  await tab.screenshot(picture('lesson-noise'));
  await tab.page.locator('.lesson-always input').uncheck();
  await until('it is gone', async () => await tab.page.locator('.lesson-answer').textContent() === '');

  await tab.page.evaluate(() => { location.hash = '#v=1&view=lesson&lesson=noise&at=17'; });
  await until('the last step', () => tab.evaluate(() => document.querySelector('.lesson-progress')?.textContent === '5 of 5'));
  await tab.page.evaluate(() => { location.hash = '#v=1&view=lesson&lesson=alchemy'; });
  await until('the list', () => tab.evaluate(() => document.querySelector('.lesson-list') !== null));
  await tab.page.goBack();
  await until('back', () => tab.evaluate(() => document.querySelector('.lesson-progress')?.textContent === '5 of 5'));

  // A prediction that is close, and one that is not a number.
  await tab.page.evaluate(() => { location.hash = '#v=1&view=lesson&lesson=claim&at=1'; });
  await tab.page.locator('#lesson-number').fill('\u22120,3');
  await tab.page.locator('.lesson-show').click();
  assert.match(await answered(tab), /^You said \u22120\.30\./);
  await tab.page.locator('.lesson-show').click();
  await tab.page.locator('#lesson-number').fill('0.95');
  await tab.page.locator('.lesson-show').click();
  assert.match(await answered(tab), /^You said 0\.95, which is close\./);
  assertQuiet(tab);
});

test('a lesson in a frame tells its height, and its host may change the step', needs('Chromium'), async (t) => {
  const server = await site(t);
  const tab = await chromiumTab(t);
  const host = `<!doctype html><title>Course</title><script>
    const heights = [];
    addEventListener('message', ({ data }) => { if (data?.type === 'neuromfa:height') heights.push(data.height); });
  </script><iframe title="Lesson" width="700" height="400" src="${server.url}#v=1&amp;embed=1&amp;view=lesson&amp;lesson=training"></iframe>`;
  await tab.page.route('**/course.html', (route) => route.fulfill({ contentType: 'text/html', body: host }));
  await tab.goto(`${server.url}course.html`);
  const frame = tab.page.frameLocator('iframe');
  await frame.locator('.lesson-guess').waitFor();
  assert.equal(await frame.locator('header, footer').count(), 0);
  const height = await until('its height', () => tab.evaluate(() => heights.at(-1)));
  assert.ok(height > 500 && height < 1500, String(height));
  await frame.locator('.lesson-show').click();
  await until('it grows', () => tab.evaluate((before) => heights.at(-1) > before, height));
  await tab.screenshot(picture('lesson-frame'));
  await tab.evaluate(() => document.querySelector('iframe').contentWindow.postMessage({ type: 'neuromfa:set', hash: 'v=1&embed=1&view=lesson&lesson=training&at=2' }, '*'));
  await until('the second step', async () => await frame.locator('.lesson-progress').textContent() === '2 of 5');
  assertQuiet(tab);
});

/** Presses Tab until the focus is there: as far as a reader would have to go, and no further. */
async function tabTo(tab, selector, name) {
  for (let i = 0; i < 24; i++) {
    await tab.page.keyboard.press('Tab');
    if (await tab.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  assert.fail(`${name}: Tab does not come to ${selector}`);
}

/** The text of the answer, once it is computed. */
async function answered(tab) {
  return await until('the answer', async () => {
    const text = await tab.page.locator('.lesson-answer').innerText({ timeout: 20_000 });
    assert.doesNotMatch(text, /could not be computed/);
    return text && !text.includes('being computed') && text.replace(/\n+/g, ' ');
  }, { timeout: 30_000 });
}

/** A step with its answer shown. */
async function go(tab, lesson, at) {
  await tab.page.evaluate(([of, number]) => { location.hash = `#v=1&view=lesson&lesson=${of}&at=${number}&answers=shown`; }, [lesson, at]);
  await until(`${lesson} ${at}`, () => tab.evaluate(([of, number]) => {
    const current = document.querySelector('.lesson-stepper [aria-current]');
    return current?.textContent === String(number) && new URLSearchParams(current.getAttribute('href').slice(1)).get('lesson') === of;
  }, [lesson, at]));
  return await answered(tab);
}
