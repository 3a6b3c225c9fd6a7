// What a person does in the laboratory, and what becomes of the calls.

import { assert, open, test, waitFor } from './harness.mjs';

const paused = 'preset=five-servers&seed=7&paused=1';
const server = (state, name) => state.nodes.find((node) => node.name === name);
const servers = (state) => state.nodes.filter((node) => node.kind === 'server');

/** The seven-virtual-second proof that a new server takes its share of the calls. */
const receivesCalls = async (page, name) => {
  await page.evaluate(() => window.reroute.play(false));
  await page.advance(4000);
  const state = await page.state();
  assert.ok(server(state, name).answered > 10, `${name} answered ${server(state, name).answered} calls`);
  assert.ok(state.ledger.balances, 'the ledger balances');
};

/** Chooses a node on the stage, as a keyboard or a screen reader does. */
const choose = async (page, name) => {
  await page.locator(`[data-target=node][aria-label^="${name},"]`).focus();
  await page.keyboard.press('Enter');
  await waitFor(async () => (await page.state()).selection?.node === name);
};

test('it opens playing, and calls are answered', async () => {
  const page = await open();
  await page.waitUntil(() => JSON.parse(window.reroute.state()).ledger.calls.answered > 5);
  const state = await page.state();
  assert.equal(state.playing, true);
  assert.equal(state.nodes.filter((node) => node.kind === 'lan').length, 3);
  assert.equal(servers(state).length, 5);
  assert.ok(state.ledger.balances);
});

test('the same seed gives the same run as natively', async () => {
  // The hash of crates/simulation/tests/trace_hash.rs, five_servers.
  const page = await open({ query: paused });
  await page.advance(20_000);
  assert.equal((await page.state()).trace_hash, 'fcf0fb0b2376ae93');
});

test('the key after an arrow acts where the arrow went', async () => {
  const page = await open({ query: paused });
  await page.getByRole('button', { name: /^LAN A/ }).focus();
  const [from, to] = await page.evaluate(() => {
    const before = document.activeElement;
    before.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
    return [before, document.activeElement].map((button) => button.getAttribute('aria-label'));
  });
  assert.match(from, /^LAN A/);
  assert.match(to, /^router/);
});

test('a server dragged from the palette takes calls', async () => {
  const page = await open({ query: paused });
  const part = await page.getByRole('button', { name: 'Server', exact: true }).boundingBox();
  const stage = await page.locator('.stage').boundingBox();
  await page.mouse.move(part.x + part.width / 2, part.y + part.height / 2);
  await page.mouse.down();
  await page.mouse.move(stage.x + 60, stage.y + 60, { steps: 4 });
  await page.mouse.move(stage.x + stage.width * 0.62, stage.y + stage.height * 0.2, { steps: 4 });
  await page.mouse.up();
  await waitFor(async () => servers(await page.state()).length === 6);
  await receivesCalls(page, 'server-6');
});

test('a server placed with two clicks takes calls', async () => {
  const page = await open({ query: paused });
  await page.getByRole('button', { name: 'Server', exact: true }).click();
  const stage = await page.locator('.stage').boundingBox();
  await page.mouse.click(stage.x + stage.width * 0.62, stage.y + stage.height * 0.85);
  await waitFor(async () => servers(await page.state()).length === 6);
  await receivesCalls(page, 'server-6');
});

test('a server placed by keyboard alone takes calls', async () => {
  const page = await open({ query: paused });
  await page.getByRole('button', { name: 'Server', exact: true }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await waitFor(async () => servers(await page.state()).length === 6);
  await receivesCalls(page, 'server-6');
});

test('a node is moved by dragging, and its links follow it in the scenario', async () => {
  const page = await open({ query: paused });
  const before = server(await page.state(), 'server-1');
  const box = await page.locator('[data-target=node][aria-label^="server-1,"]').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 - 50, box.y + box.height / 2 + 12, { steps: 5 });
  await page.mouse.up();
  await waitFor(async () => Math.abs(server(await page.state(), 'server-1').x - before.x) > 20);
  await page.getByRole('button', { name: 'Undo' }).click();
  await waitFor(async () => Math.abs(server(await page.state(), 'server-1').x - before.x) < 0.01);
});

const kills = {
  'the inspector, with a crash': async (page) => {
    await choose(page, 'server-2');
    await page.getByRole('button', { name: /^Crash/ }).click();
  },
  'the inspector, silently': async (page) => {
    await choose(page, 'server-2');
    await page.getByRole('button', { name: /^Silence/ }).press('Enter');
    await waitFor(async () => !server(await page.state(), 'server-2').up);
    await page.waitUntil(() => document.activeElement.tagName !== 'BODY');
  },
  'the keyboard': async (page) => {
    await page.locator('[data-target=node][aria-label^="server-2,"]').focus();
    await page.keyboard.press('Shift+K');
  },
};
for (const [route, kill] of Object.entries(kills)) {
  test(`killed by ${route}, a server's calls find another way`, async () => {
    const page = await open({ query: paused });
    await page.advance(3000);
    const before = await page.state();
    await kill(page);
    await waitFor(async () => !server(await page.state(), 'server-2').up);
    assert.equal(server(await page.state(), 'server-2').believed, 'up', 'no oracle tells the balancer');
    await page.advance(1500);
    const during = await page.state();
    assert.ok(during.ledger.rerouted > before.ledger.rerouted, 'calls were rerouted');
    assert.ok(during.ledger.balances);
    const rerouted = during.calls.find((call) => call.attempts.length > 1 && call.attempts[0].server === 'server-2');
    assert.ok(rerouted, 'the call list shows a call whose second attempt went elsewhere');
    assert.notEqual(rerouted.attempts[1].server, 'server-2');
    await page.advance(4000);
    const after = await page.state();
    assert.equal(server(after, 'server-2').believed, 'down');
    const [found] = after.detections;
    const gap = found.detected_ms - found.died_ms;
    assert.ok(gap > 1000 && gap <= 4000, `found after ${gap} ms`);
    await page.advance(2000);
    const late = (await page.state()).calls.filter((call) => call.began_ms > found.detected_ms);
    assert.ok(late.length > 20);
    assert.ok(late.every((call) => call.attempts.every((attempt) => attempt.server !== 'server-2')));
    // Undo revives it, and two passed checks bring it back.
    await page.getByRole('button', { name: 'Undo' }).click();
    await waitFor(async () => server(await page.state(), 'server-2').up);
    await page.advance(4000);
    assert.equal(server(await page.state(), 'server-2').believed, 'up');
    await page.advance(2000);
    assert.ok(server(await page.state(), 'server-2').answered > server(after, 'server-2').answered);
  });
}

test('another policy gives other shares', async () => {
  const page = await open({ query: 'preset=unequal-servers&seed=7&paused=1' });
  const shares = async () => {
    const { picked } = (await page.state()).nodes.find((node) => node.kind === 'balancer');
    return picked;
  };
  await page.advance(6000);
  const even = await shares();
  assert.ok(Math.abs(even['server-1'] - even['server-4']) <= even['server-1'] * 0.1, JSON.stringify(even));
  await choose(page, 'balancer');
  const chooses = page.getByLabel('Chooses by');
  const labels = await chooses.locator('option').allTextContents();
  await chooses.selectOption({ label: labels.find((label) => /ewma/i.test(label)) });
  await waitFor(async () => (await page.state()).nodes.find((node) => node.kind === 'balancer').policy === 'peak-ewma');
  await page.advance(20_000);
  const later = await shares();
  const gained = (name) => later[name] - even[name];
  assert.ok(gained('server-1') > 1.5 * gained('server-3'), `fast and slow: ${JSON.stringify(later)}`);
});

test('a row of the call list opens its trace, its bytes and its choice', async () => {
  const page = await open({ query: paused });
  await page.advance(2000);
  const row = page.locator('.calls').getByRole('button').filter({ hasText: /\d/ }).first();
  await row.click();
  await waitFor(async () => (await page.state()).selection?.call > 0);
  await page.getByRole('heading', { name: /Call/ }).first().waitFor();
  await page.getByText(/On the wire/i).first().waitFor();
  await page.getByText(/0000/).first().waitFor();
  await page.axe();
});

test('time: pause, step, speed, restart', async () => {
  const page = await open({ query: 'seed=7' });
  await page.waitUntil(() => JSON.parse(window.reroute.state()).now_ms > 50);
  await page.getByRole('button', { name: 'Pause' }).click();
  const stopped = (await page.state()).now_ms;
  await page.getByRole('button', { name: 'Step to the next event' }).click();
  const stepped = (await page.state()).now_ms;
  assert.ok(stepped > stopped && stepped < stopped + 200, `${stopped} then ${stepped}`);
  await page.getByRole('slider', { name: /Speed/ }).focus();
  await page.keyboard.press('ArrowRight');
  assert.equal((await page.state()).speed, 0.2);
  await page.getByRole('button', { name: 'Restart with the same seed' }).click();
  const again = await page.state();
  assert.equal(again.now_ms, 0);
  assert.equal(again.seed, 7);
  await page.getByRole('button', { name: 'Restart with a new seed' }).click();
  assert.notEqual((await page.state()).seed, 7);
});

test('single keys act while the stage has the focus, and nowhere else', async () => {
  const page = await open({ query: 'seed=7' });
  await page.getByRole('button', { name: 'Help' }).focus();
  await page.keyboard.press('p');
  await page.keyboard.press('?');
  assert.equal((await page.state()).playing, true);
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.locator('.stage [data-target=node]').first().focus();
  await page.keyboard.press('p');
  const paused = await page.state();
  assert.equal(paused.playing, false);
  await page.keyboard.press('.');
  assert.ok((await page.state()).now_ms > paused.now_ms);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Help' }).waitFor();
  await page.axe();
});

test('a scenario is chosen from the list, and the address remembers it', async () => {
  const page = await open({ query: 'preset=one-server&seed=3&theme=dark' });
  await page.getByRole('button', { name: /Scenario/ }).click();
  await page.getByRole('dialog').waitFor();
  await page.axe();
  await page.getByRole('button', { name: /^Overload/ }).click();
  await waitFor(async () => (await page.state()).preset === 'overload');
  const { searchParams } = new URL(page.url());
  assert.deepEqual(Object.fromEntries(searchParams), { preset: 'overload', theme: 'dark' });
});

test('an address that cannot be used is told, and the page opens all the same', async () => {
  const page = await open({ query: 'preset=nine-servers&speed=fast' });
  await page.getByText(/“nine-servers”/).waitFor();
  assert.equal((await page.state()).preset, 'five-servers');
});

test('what was done is named on the strip of time, at its ends too', async () => {
  for (const at of [400, 5000, 9800]) {
    const page = await open({ query: 'preset=five-servers&seed=7&paused=1' });
    await page.advance(at);
    await page.locator('[data-target=node][aria-label^="server-2,"]').focus();
    await page.keyboard.press('Shift+K');
    const words = page.locator('.strip').getByText('server-2 killed');
    await words.waitFor();
    const strip = await page.locator('.strip').boundingBox();
    const box = await words.boundingBox();
    assert.ok(box.x >= strip.x && box.x + box.width <= strip.x + strip.width, `${at} ms: beyond the strip`);
    // Its box may be there and its words cut off by what holds them.
    const seen = await words.evaluate((element) => {
      const { left, width, top, height } = element.getBoundingClientRect();
      return [0.1, 0.5, 0.9].every(
        (share) => document.elementFromPoint(left + share * width, top + height / 2) === element,
      );
    });
    assert.ok(seen, `${at} ms: cut off`);
  }
});
