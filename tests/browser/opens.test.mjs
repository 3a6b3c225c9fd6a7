// The page opens: under a folder of any host, without an error, for everyone.

import { assert, open, test } from './harness.mjs';

test('the page opens with a title, a main part and no console error', async () => {
  const page = await open();
  assert.match(await page.title(), /Reroute/);
  assert.equal(await page.locator('main').count(), 1);
});

test('the page opens under a folder, as on a course host', async () => {
  const page = await open({ path: 'lab/' });
  assert.equal(await page.locator('main').count(), 1);
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing wrong with the opened page, ${colorScheme}`, async () => {
    const page = await open({ colorScheme });
    await page.axe();
  });
}
