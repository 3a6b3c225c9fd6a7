// In a course page: a plain iframe that plays in view, takes no focus, and leads to the whole.

import { assert, open, routes, test, waitFor } from './harness.mjs';

routes.set('/course.html', {
  type: 'text/html; charset=utf-8',
  body: `<!DOCTYPE html><html lang="en"><title>A course</title><link rel="icon" href="data:,"><main><h1>A course</h1>
    <input aria-label="Notes" autofocus><div style="height:1500px"></div>
    <iframe title="Reroute" width="640" height="420" src="/?embed=1&preset=five-servers&seed=7"></iframe></main></html>`,
});

test('an embedded laboratory plays in view, and never takes the focus', async () => {
  const page = await open({ path: 'course.html' });
  const frame = await waitFor(() => page.frames().find((each) => each.url().includes('embed=1')));
  await frame.waitForFunction(() => window.reroute !== undefined);
  const state = async () => JSON.parse(await frame.evaluate(() => window.reroute.state()));
  assert.equal((await state()).now_ms, 0, 'out of view, time stands');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Notes');
  await page.locator('iframe').scrollIntoViewIfNeeded();
  await waitFor(async () => (await state()).ledger.calls.answered > 2);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'INPUT');
  await frame.getByRole('button', { name: /^Kill/ }).click();
  await waitFor(async () => (await state()).nodes.some((node) => !node.up));
  const link = frame.getByRole('link', { name: /Open the laboratory/ });
  assert.match(await link.getAttribute('href'), /preset=five-servers/);
  assert.equal(await link.getAttribute('target'), '_blank');
});

test('the embedded page fits its frame', async () => {
  const page = await open({ query: 'embed=1&preset=five-servers&paused=1', viewport: { width: 640, height: 420 } });
  await page.advance(1500);
  const scrolls = await page.evaluate(() => document.documentElement.scrollHeight > innerHeight + 1);
  assert.ok(!scrolls, 'it does not scroll');
  assert.deepEqual(await page.clipped('button, a, label'), []);
  await page.axe();
});
