// The laboratory under a finger: on a phone and on a tablet there is no mouse, and nothing hovers.

import { assert, open, test, waitFor } from './harness.mjs';

const paused = { query: 'preset=five-servers&seed=7&paused=1', touch: true };
const phone = { ...paused, viewport: { width: 390, height: 844 } };
const tablet = { ...paused, viewport: { width: 1024, height: 768 } };

const node = async (page, name) => (await page.state()).nodes.find((it) => it.name === name);
const servers = async (page) => (await page.state()).nodes.filter((it) => it.kind === 'server').length;
const middle = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });
const place = async (page, name) =>
  middle(await page.locator(`[data-target=node][aria-label^="${name},"]`).boundingBox());
const tap = (page, { x, y }) => page.touchscreen.tap(x, y);

/** A finger that goes down, along the way, and up. */
const swipe = async (page, way) => {
  const session = await page.context().newCDPSession(page);
  const send = (type, points) => session.send('Input.dispatchTouchEvent', { type, touchPoints: points });
  await send('touchStart', [way[0]]);
  for (const [index, to] of way.slice(1).entries()) {
    for (let step = 1; step <= 4; step += 1) {
      const along = (axis) => way[index][axis] + ((to[axis] - way[index][axis]) * step) / 4;
      await send('touchMove', [{ x: along('x'), y: along('y') }]);
    }
  }
  await send('touchEnd', []);
};

for (const [device, options] of Object.entries({ phone, tablet })) {
  test(`a tap on a ${device} chooses a node, and a button kills it`, async () => {
    const page = await open(options);
    await tap(page, await place(page, 'server-2'));
    await waitFor(async () => (await page.state()).selection?.node === 'server-2');
    // Where the finger is: nothing must be looked for.
    const crash = page.getByRole('button', { name: /^Crash/ });
    const { y, height } = await crash.boundingBox();
    assert.ok(y + height < options.viewport.height, `it stands at ${y}`);
    await crash.tap();
    await waitFor(async () => !(await node(page, 'server-2')).up);
    await page.advance(2000);
    const { ledger } = await page.state();
    assert.ok(ledger.rerouted > 0 && ledger.balances);
  });

  test(`a finger on a ${device} moves a node, and the page stays where it is`, async () => {
    const page = await open(options);
    const [before, from] = [await node(page, 'server-1'), await place(page, 'server-1')];
    await swipe(page, [from, { x: from.x - 40, y: from.y + 24 }]);
    await waitFor(async () => Math.abs((await node(page, 'server-1')).x - before.x) > 10);
    assert.equal(await page.evaluate(() => window.scrollY), 0);
  });
}

test('a call that was tapped is shown from its beginning, and the page ends where its last part does', async () => {
  const page = await open(phone);
  await page.advance(3000);
  const ends = () => page.evaluate(() => [
    document.documentElement.scrollHeight,
    document.querySelector('.lab').getBoundingClientRect().bottom + window.scrollY,
  ]);
  const [pageEnd, labEnd] = await ends();
  assert.ok(Math.abs(pageEnd - labEnd) < 2, `the page ends at ${pageEnd}, its parts at ${labEnd}`);
  const row = page.locator('.calls-list tbody tr').nth(4);
  await row.scrollIntoViewIfNeeded();
  await row.tap();
  const title = page.getByRole('heading', { name: /^Call / });
  await waitFor(async () => {
    const { y } = await title.boundingBox();
    return y > 0 && y < phone.viewport.height / 2;
  });
});

test('two taps place a server', async () => {
  const page = await open(tablet);
  await page.getByRole('button', { name: 'Server', exact: true }).tap();
  const stage = await page.locator('.stage').boundingBox();
  await tap(page, { x: stage.x + stage.width * 0.62, y: stage.y + stage.height * 0.85 });
  await waitFor(async () => (await servers(page)) === 6);
});

test('a server carried from the palette by a finger takes calls', async () => {
  const page = await open(tablet);
  const part = middle(await page.getByRole('button', { name: 'Server', exact: true }).boundingBox());
  const stage = await page.locator('.stage').boundingBox();
  const there = { x: stage.x + stage.width * 0.62, y: stage.y + stage.height * 0.2 };
  await swipe(page, [part, { x: stage.x + 60, y: stage.y + 60 }, there]);
  await waitFor(async () => (await servers(page)) === 6);
  await page.advance(4000);
  assert.ok((await node(page, 'server-6')).answered > 10);
});
