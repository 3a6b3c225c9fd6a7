// Frame times of a busy world, printed and not asserted: machines differ.

import { open, test, waitFor } from './harness.mjs';

test('frame times with 12 LANs, 12 servers and some 200 messages in flight', async () => {
  const page = await open({ query: 'seed=7&speed=0.1' });
  const add = async (name, times) => {
    const part = page.getByRole('button', { name, exact: true });
    for (let count = 0; count < times; count += 1) {
      await part.focus();
      await page.keyboard.press('Space');
      await page.keyboard.press('Enter');
    }
  };
  await add('Client LAN', 9);
  await add('Server', 7);
  await waitFor(async () => (await page.state()).nodes.filter((node) => node.kind === 'lan').length === 12);
  await page.evaluate(() => {
    const { nodes } = JSON.parse(window.reroute.state());
    for (const node of nodes) if (node.kind === 'lan') window.reroute.rate(node.name, 180);
  });
  await page.advance(1500);
  await waitFor(async () => (await page.state()).messages > 100);
  const started = (await page.state()).frame_times.counts.reduce((sum, count) => sum + count, 0);
  await waitFor(async () =>
    (await page.state()).frame_times.counts.reduce((sum, count) => sum + count, 0) > started + 400, 60_000);
  const { messages } = await page.state();
  const times = (await page.evaluate(() => window.reroute.frames())).slice(-380).sort((a, b) => a - b);
  const at = (share) => times[Math.floor(share * (times.length - 1))].toFixed(1);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const bars = [8, 12, 17, 20, 25, 34, 50, 100, Infinity].map((edge, index, edges) => {
    const count = times.filter((time) => time <= edge && time > (edges[index - 1] ?? 0)).length;
    return `  <= ${String(edge).padStart(8)} ms ${String(count).padStart(4)} ${'#'.repeat(Math.ceil(count / 8))}`;
  });
  console.log(`frame times with ${messages} messages in flight: mean ${mean.toFixed(1)} ms (${(1000 / mean).toFixed(0)} a second), p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}\n${bars.join('\n')}`);
});
