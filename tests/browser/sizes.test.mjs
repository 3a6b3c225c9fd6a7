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

test('with less motion asked for, nothing travels and everything is there', async () => {
  const page = await open({ query: 'seed=7', reducedMotion: 'reduce' });
  await page.waitUntil(() => JSON.parse(window.reroute.state()).ledger.calls.answered > 3);
  await page.axe();
});
