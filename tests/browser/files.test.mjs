// Scenario files: what is saved opens again, by dialog and by drop, and a bad file changes nothing.

import { readFile } from 'node:fs/promises';
import { assert, open, test } from './harness.mjs';

const saved = async (page) => {
  await page.locator('.scenario-button').click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as a file' }).click(),
  ]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
};

const choose = (page, text) => page.locator('#scenarios input[type=file]')
  .setInputFiles({ name: 'mine.json', mimeType: 'application/json', buffer: Buffer.from(text) });

/** What the page says of the run itself. */
const run = ({ now_ms, trace_hash, ledger, nodes }) => ({ now_ms, trace_hash, ledger, nodes });

const titled = (page, title) =>
  page.waitUntil((wanted) => document.querySelector('.scenario-button strong')?.textContent === wanted, title);

test('what is saved is the scenario in view, and opens again', async () => {
  const page = await open({ query: 'preset=overload&seed=11&paused=1' });
  const file = await saved(page);
  assert.equal(file.name, 'overload.json');
  const scenario = JSON.parse(file.text);
  assert.equal(scenario.reroute, 1);
  assert.equal(scenario.seed, 11);
  scenario.title = 'Mine – “overload”';
  scenario.nodes.find((node) => node.name === 'server-2').cores = 3;
  await choose(page, JSON.stringify(scenario));
  await titled(page, scenario.title);
  assert.equal(await page.locator('#scenarios[open]').count(), 0);
  const again = JSON.parse((await saved(page)).text);
  assert.deepEqual(again, scenario);
});

test('a file that is dropped opens', async () => {
  const page = await open({ query: 'preset=five-servers&paused=1' });
  const file = await saved(page);
  const text = JSON.stringify({ ...JSON.parse(file.text), title: 'Dropped' });
  await page.keyboard.press('Escape');
  await page.evaluate((content) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([content], 'dropped.json', { type: 'application/json' }));
    const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector('main').dispatchEvent(event);
  }, text);
  await titled(page, 'Dropped');
});

test('a bad file is told all its faults, and the world in view goes on', async () => {
  const page = await open({ query: 'preset=five-servers&paused=1' });
  await page.advance(1500);
  const file = await saved(page);
  const before = run(await page.state());
  const scenario = JSON.parse(file.text);
  scenario.nodes[7].quue_limit = 3;
  scenario.links[0].latency = 4;
  await choose(page, JSON.stringify(scenario));
  await page.waitUntil(() => document.querySelectorAll('.faults li').length === 2);
  const told = await page.locator('.faults li').allTextContents();
  assert.deepEqual(told, [
    'nodes[7].quue_limit there is no field “quue_limit” here; did you mean “queue_limit”?',
    'links[0].latency “4” has no unit: write a duration as in "20ms", in s, ms, us, ns, min, h, µs',
  ]);
  assert.deepEqual(run(await page.state()), before);
  await page.axe();
  await choose(page, JSON.stringify(JSON.parse(file.text)));
  await page.waitUntil(() => !document.querySelector('#scenarios[open]'));
});
