// Theory through the measurement: drawn where a formula holds for the system as it stands, and a
// sentence where none does.

import { assert, open, test, waitFor } from './harness.mjs';

const line = (page) => page.locator('.theory summary');
/** What is said of theory, without the measurement. */
const expected = (text) => text.split('measured')[0];
const says = (page, words) => waitFor(async () => words.test(await line(page).innerText()));

test('one server is drawn as M/M/1, with its conditions and its interval', async () => {
  const page = await open({ query: 'preset=one-server&seed=7&paused=1' });
  await says(page, /M\/M\/1/);
  await says(page, /measured: no call yet/);
  // 24 calls a second of 24 ms each: 24 / (1 - 0.576) ms there, and 40.33 ms on the way.
  await says(page, /expects a mean latency of 97 ms/);
  assert.equal(await page.locator('.chart-plot .chart-theory').count(), 4);
  assert.deepEqual(await page.locator('.chart-names span').allTextContents(), ['mean', 'p50', 'p95', 'p99']);
  await line(page).focus();
  await page.keyboard.press('Enter');
  await page.getByText(/It holds for calls at random, exponential work/).waitFor();
  await page.getByText(/24 calls a second, 24 ms of work each/).waitFor();
  await page.axe();
  await page.advance(2_000);
  await says(page, /measured \d+ ms over \d+ calls, too few for an interval/);
  await page.advance(300_000);
  await says(page, /measured \d+ ms ± \S+ ms \(95 %\) over \d/);
});

test('theory follows what is done, and says why there is none', async () => {
  const page = await open({ query: 'preset=five-servers&seed=7&paused=1' });
  const before = await line(page).innerText();
  await page.locator('[data-target=node][aria-label^="server-2,"]').focus();
  await page.keyboard.press('Shift+K');
  await says(page, /No theory: A balancer has yet to learn the state of a server/);
  assert.equal(await page.locator('.chart-plot .chart-theory').count(), 0);
  await page.advance(10_000);
  await waitFor(async () => !/yet to learn/.test(await line(page).innerText()));
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.advance(10_000);
  await waitFor(async () => expected(await line(page).innerText()) === expected(before));
});

test('a timeline that is not over speaks against theory', async () => {
  const page = await open({ query: 'preset=metastable&seed=7&paused=1' });
  await says(page, /No theory: The timeline changes the system/);
  await page.advance(9000);
  await says(page, /No theory: The timeline changes the system/);
  await page.advance(2000);
  await waitFor(async () => !/timeline/.test(await line(page).innerText()));
});
