// Every size of the design: nothing overlaps, nothing is cut off, axe finds nothing.

import { assert, open, test } from './harness.mjs';

const sizes = [[390, 844], [820, 1180], [1200, 1600], [1280, 800], [1920, 1080], [640, 420], [844, 390], [320, 640]];

for (const [width, height] of sizes) {
  for (const colorScheme of ['light', 'dark']) {
    test(`${width}x${height}, ${colorScheme}, mid-action`, async () => {
      const page = await open({ query: 'preset=a-server-dies&seed=7&paused=1', viewport: { width, height }, colorScheme });
      await page.advance(3200);
      await page.waitUntil(() => document.querySelectorAll('.stage-label, .stage-node text').length > 5);
      assert.deepEqual(await page.overlaps('.stage-picture text, .story .card', 2), []);
      assert.deepEqual(await page.overlaps('[data-target=node], .story .card', 2, '.card'), []);
      assert.deepEqual(await page.overlaps('.transport :is(button, output, input, span)'), []);
      assert.deepEqual(await page.clipped('.stage-picture text', 2), []);
      const below = await page.evaluate(() => [...document.querySelectorAll('.stage, .play')]
        .filter((element) => element.getBoundingClientRect().bottom > innerHeight + 1)
        .map((element) => element.className));
      assert.deepEqual(below, [], 'the stage and the clock are seen together without scrolling');
      assert.deepEqual(await page.clipped('button, h1, h2, h3, label, output'), []);
      const scrolls = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
      assert.ok(!scrolls, 'the page does not scroll sideways');
      await page.axe();
    });
  }
}

test('200 % zoom of a small laptop', async () => {
  const page = await open({ query: 'seed=7&paused=1', viewport: { width: 640, height: 400 }, scale: 2 });
  await page.advance(2000);
  assert.deepEqual(await page.clipped('button, h1, h2, h3, label'), []);
});

test('400 % zoom of a small laptop', async () => {
  const page = await open({ query: 'seed=7&paused=1', viewport: { width: 320, height: 256 }, scale: 4 });
  await page.advance(2000);
  // What can be touched is wider than what is drawn.
  assert.deepEqual(await page.overlaps('[data-target=node]', 8), []);
  const scrolls = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
  assert.ok(!scrolls, 'the page does not scroll sideways');
});

test('minutes on, the axes count as the clock does and no number is cut off', async () => {
  const page = await open({ query: 'seed=7&paused=1&speed=1' });
  // The last mark of the axis stands just before its end.
  await page.advance(721_000);
  const times = await page.evaluate(() => [...document.querySelectorAll('.chart-times span')].map((it) => it.textContent));
  assert.ok(times.includes('12:00'), `the axes say ${times}`);
  assert.deepEqual(await page.clipped('.chart-times span, .chart-reading, .strip-ends span'), []);
});

test('with the colours of the system alone, bars, time and choices are still seen', async () => {
  const page = await open({ query: 'seed=7&paused=1', forcedColors: 'active' });
  await page.advance(5000);
  const seen = await page.evaluate(() => {
    const paint = (selector) => getComputedStyle(document.querySelector(selector)).backgroundColor;
    const panel = paint('body');
    const shapes = ['.chart-bar', '.strip-line div', '.calls-filters [aria-pressed=true]'];
    return shapes.map((shape) => [shape, paint(shape)]).filter(([, colour]) => colour === panel || colour === 'rgba(0, 0, 0, 0)');
  });
  assert.deepEqual(seen, [], 'these have no colour of their own');
  await page.axe();
});

test('with less motion asked for, nothing travels and everything is there', async () => {
  const page = await open({ query: 'seed=7', reducedMotion: 'reduce' });
  await page.waitUntil(() => JSON.parse(window.reroute.state()).ledger.calls.answered > 3);
  await page.axe();
});
