// Every setting of a scenario file is on the page, and what is set there changes the run.

import { assert, open, test, waitFor } from './harness.mjs';

const choose = async (page, name) => {
  await page.locator(`[data-target=node][aria-label^="${name},"]`).focus();
  await page.keyboard.press('Enter');
  await waitFor(async () => (await page.state()).selection?.node === name);
};

const type = async (page, id, text) => {
  const input = page.locator(`[id="${id}"]`);
  await input.fill(text);
  await input.press('Enter');
};

const notice = (page, words) => page.getByRole('alert').getByText(words).waitFor();

test("a server's priority makes it a backup, and undo brings it back", async () => {
  const page = await open({ query: 'preset=five-servers&seed=7&paused=1' });
  await choose(page, 'server-5');
  await page.getByRole('button', { name: 'Weight, queue, protection' }).press('Enter');
  await type(page, 'set-priority', '1');
  const answered = async () => (await page.state()).nodes.find((node) => node.name === 'server-5').answered;
  await page.advance(1000);
  const before = await answered();
  await page.advance(5000);
  assert.equal(await answered(), before, 'a backup gets nothing while others are well');
  await page.axe();
  await page.getByRole('button', { name: 'Undo' }).click();
  await waitFor(async () => (await page.locator('[id="set-priority"]').inputValue()) === '0');
  await page.advance(5000);
  assert.ok(await answered() > before);
});

test('a bad value is told in a sentence, and changes nothing', async () => {
  const page = await open({ query: 'preset=five-servers&seed=7&paused=1' });
  await choose(page, 'server-5');
  await page.getByRole('button', { name: 'Weight, queue, protection' }).click();
  const { trace_hash } = await page.state();
  await type(page, 'set-weight', '257');
  await notice(page, 'Weight of server-5: this must be 1 to 256; 257 is not.');
  assert.equal(await page.locator('[id="set-weight"]').getAttribute('aria-invalid'), 'true');
  assert.equal((await page.state()).trace_hash, trace_hash);
  await type(page, 'set-weight', '9');
  await waitFor(async () => (await page.state()).trace_hash !== trace_hash);
  assert.equal(await page.locator('[id="set-weight"]').getAttribute('aria-invalid'), null);
});

test('a balancer is given a hedge, and sends more attempts than calls', async () => {
  const page = await open({ query: 'preset=five-servers&seed=7&paused=1' });
  const attempts = async () => {
    const { ledger } = await page.state();
    return ledger.attempts.sent - ledger.calls.sent;
  };
  await page.advance(3000);
  assert.equal(await attempts(), 0);
  await choose(page, 'balancer');
  await page.getByRole('button', { name: 'Attempts, backups, protection' }).click();
  await page.locator('[id="set-protection.hedging"]').selectOption('after');
  await type(page, 'set-protection.hedging.delay', '10');
  await waitFor(async () => (await page.locator('[id="set-protection.hedging.delay"]').inputValue()) === '10ms');
  await page.advance(5000);
  assert.ok(await attempts() > 10);
  assert.ok((await page.state()).ledger.balances);
  await page.axe();
});

test('how clients call is set with nothing selected', async () => {
  const page = await open({ query: 'preset=five-servers&seed=7&paused=1' });
  await page.getByRole('button', { name: 'How they call' }).click();
  await type(page, 'set-deadline', '30ms');
  await page.advance(4000);
  const { ledger } = await page.state();
  assert.ok(ledger.calls.failed > 50, `${ledger.calls.failed} calls missed a deadline shorter than the way`);
  assert.ok(ledger.balances);
});

test('the work is made constant, and theory becomes M/G/1', async () => {
  const page = await open({ query: 'preset=one-server&seed=7&paused=1' });
  await page.getByRole('button', { name: 'What they call' }).click();
  const kinds = page.locator('select[id$=".demand"]');
  const count = await kinds.count();
  assert.ok(count > 1);
  for (let index = 0; index < count; index += 1) await kinds.nth(index).selectOption('constant');
  await waitFor(async () => /M\/G\/1/.test(await page.locator('.theory summary').innerText()));
  await page.axe();
});

test('the ledger reads as an equation', async () => {
  const page = await open({ query: 'preset=five-servers&seed=7&paused=1' });
  await page.advance(3000);
  const rows = await page.locator('.books tr:has(th[scope=row])').allInnerTexts();
  assert.deepEqual(rows.map((row) => row.replace(/[\s\d]+/g, '')), ['Answered', '+Failed', '+Shed', '+Inflight', '=Sent']);
  const numbers = rows.map((row) => Number(row.match(/\d+/)[0]));
  assert.equal(numbers[0] + numbers[1] + numbers[2] + numbers[3], numbers[4]);
});

test('the sequence diagram opens larger and closes by keyboard', async () => {
  const page = await open({ query: 'preset=five-servers&seed=7&paused=1' });
  await page.advance(2000);
  await page.locator('.calls').getByRole('button').filter({ hasText: /\d/ }).first().click();
  const small = await page.locator('.trace > .trace-diagram').boundingBox();
  const larger = page.getByRole('button', { name: 'Larger' });
  await larger.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Through every hop' });
  await dialog.waitFor();
  const big = await dialog.locator('.trace-diagram').boundingBox();
  assert.ok(big.width > 1.5 * small.width, `${big.width} and ${small.width}`);
  await page.axe();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await larger.evaluate((button) => document.activeElement === button), true);
});

test('the story stands beside a full stage, not over it', async () => {
  const page = await open({ query: 'preset=five-servers&seed=7&paused=1' });
  await choose(page, 'server-1');
  await page.getByRole('button', { name: 'Server', exact: true }).click();
  const stage = await page.locator('.stage').boundingBox();
  await page.mouse.click(stage.x + stage.width * 0.5, stage.y + stage.height * 0.12);
  await page.locator('.story.docked').waitFor();
  await page.waitUntil(() => {
    const card = document.querySelector('.story').getBoundingClientRect();
    return document.querySelector('.stage').getBoundingClientRect().bottom <= card.top + 1;
  });
  // The nodes follow the stage a frame later.
  await waitFor(async () => (await page.overlaps('.story, [data-target=node]')).length === 0);
});
