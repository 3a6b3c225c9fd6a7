// What a visitor sees when the program itself breaks. It has no switch that breaks it: here the
// browser refuses an element, which no part of the page expects.

import { assert, open, test } from './harness.mjs';

test('a page that breaks says so, and offers a way to begin again', async () => {
  const page = await open({ query: 'preset=five-servers&paused=1', allowErrors: true });
  await page.evaluate(() => {
    // Yew makes an element by copying the first of its kind.
    Node.prototype.cloneNode = () => {
      throw new Error('no more elements');
    };
  });
  await page.locator('[data-target=node][aria-label^="server-2,"]').focus();
  await page.keyboard.press('Enter');
  const told = page.getByRole('alert').filter({ hasText: 'Something in Reroute broke' });
  await told.waitFor();
  assert.ok(page.consoleErrors.some((line) => line.includes('panicked at')), 'the console says what broke');
  await page.axe('.stopped');
  await page.getByRole('link', { name: 'Reload the page' }).click();
  await page.waitUntil(() => window.reroute && !document.querySelector('.stopped'));
  assert.equal((await page.state()).nodes.length > 5, true);
});
