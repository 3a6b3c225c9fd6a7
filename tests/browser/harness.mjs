// The built page in headless Chromium.
//
// How to write a test: put `something.test.mjs` beside this file.
//
//     import { assert, open, test } from './harness.mjs';
//
//     test('a killed server gets no more calls', async () => {
//       const page = await open({ query: 'preset=five-servers', viewport: { width: 1280, height: 800 } });
//       await page.waitUntil(() => JSON.parse(window.reroute.state()).ledger.calls.answered > 50);
//       await page.getByRole('button', { name: 'server 2' }).click();
//       ...
//       assert.equal(...);
//     });
//
// - `open` returns Playwright's page (https://playwright.dev/docs/api/class-page) with the helpers
//   at the end of this file added. When the test ends every page that it opened must have been free
//   of console errors; a test that provokes some says so: `open({ allowErrors: true })`.
// - Nothing sleeps. Wait for a condition: `page.waitUntil(() => ...)` runs in the page, and
//   `waitFor(async () => ...)` runs here. Both fail with the condition's text when time is up.
// - Read the truth from `window.reroute`, the page's own account of itself; find what a person
//   would find by role and name (`page.getByRole`), not by class.
// - One file alone: `node --test tests/browser/opens.test.mjs`, on the `dist/` of `cargo xtask
//   build`. `HEADED=1` shows the browser. `DIST` and `CHROMIUM` name others.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join, normalize, resolve } from 'node:path';
import { after, test as nodeTest } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export { assert };

const root = resolve(fileURLToPath(import.meta.url), '../../..');
const dist = resolve(process.env.DIST ?? join(root, 'dist'));

/** How long a test may take, and a condition may be waited for, in milliseconds. Generous: a busy
 *  machine with two cores and no GPU must not fail what is right. */
export const TEST_TIME = 120_000;
export const WAIT_TIME = 30_000;

// ---------------------------------------------------------------- the server

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Extra answers, by path: `routes.set('/course.html', { type: 'text/html', body: '<iframe ...' })`
 *  makes a page that embeds the laboratory. */
export const routes = new Map();

const answer = async (path) => {
  if (routes.has(path)) return routes.get(path);
  // A base path, as a host that serves the page in a folder has one.
  const inside = normalize(path).replace(/^\/lab\//, '/');
  const file = join(dist, inside.endsWith('/') ? `${inside}index.html` : inside);
  return { type: TYPES[extname(file)] ?? 'application/octet-stream', body: await readFile(file) };
};

const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, 'http://local').pathname);
  answer(path).then(
    ({ type, body, headers }) => response.writeHead(200, { 'content-type': type, ...headers }).end(body),
    () => response.writeHead(404, { 'content-type': 'text/plain' }).end('not found'),
  );
});

let base;
/** The address of the server, with a closing slash. */
export const address = async () => {
  base ??= new Promise((ready, fail) => {
    if (!existsSync(join(dist, 'index.html'))) {
      fail(new Error(`there is no build in ${dist}; next: cargo xtask build`));
      return;
    }
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => ready(`http://127.0.0.1:${server.address().port}/`));
  });
  return base;
};

// --------------------------------------------------------------- the browser

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  // Without these the refused connections of the browser's own services slow it down.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

let launched;
/** The one Chromium of this file (each test file is a process of its own). */
export const browser = () => {
  launched ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? PLACES.find((path) => existsSync(path)),
    headless: !process.env.HEADED,
    args: FLAGS,
  });
  return launched;
};

after(async () => {
  // Nothing was launched if every test was skipped, or if launching failed and was reported.
  await (await launched?.catch(() => undefined))?.close();
  server.closeAllConnections?.();
  server.close();
});

// ------------------------------------------------------------------ the tests

/** Pages opened by the running test. Tests of one file run one after the other. */
let opened = [];

/** `test` of node:test with a time limit, which closes the pages that it opened and fails if one
 *  of them logged an error. */
export const test = (name, body) =>
  nodeTest(name, { timeout: TEST_TIME }, async (context) => {
    try {
      await body(context);
      for (const page of opened) page.expectNoConsoleErrors();
    } finally {
      const contexts = opened.map((page) => page.context());
      opened = [];
      await Promise.all(contexts.map((each) => each.close().catch(() => {})));
    }
  });

/**
 * Opens the page in a fresh profile and waits until it is there.
 *
 * @param {object} options
 *   query, hash    put on the address, without `?` and `#`
 *   path           another page of the server than the laboratory
 *   viewport       `{ width, height }`, default 1280x800
 *   colorScheme    'light' (default) or 'dark'
 *   reducedMotion  'no-preference' (default) or 'reduce'
 *   forcedColors   'none' (default) or 'active'
 *   touch          a touch screen instead of a mouse
 *   scale          device pixels per CSS pixel
 *   allowErrors    do not fail the test for console errors
 *   init           a function run in the page before any of its scripts
 */
export const open = async (options = {}) => {
  const { query = '', hash = '', path = '', viewport = { width: 1280, height: 800 } } = options;
  const context = await (await browser()).newContext({
    viewport,
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: options.reducedMotion ?? 'no-preference',
    forcedColors: options.forcedColors ?? 'none',
    hasTouch: options.touch ?? false,
    deviceScaleFactor: options.scale ?? 1,
  });
  context.setDefaultTimeout(WAIT_TIME);
  const page = help(await context.newPage(), options);
  opened.push(page);
  if (options.init) await page.addInitScript(options.init);
  const url = new URL(path, await address());
  url.search = query;
  url.hash = hash;
  // A page that breaks while it starts will not come: say why now, not when time is up.
  const broken = page.waitForEvent('pageerror', { timeout: 0 }).then((error) => {
    throw new Error(`the page broke while it started: ${error}`);
  });
  broken.catch(() => {}); // the page was closed, unbroken
  await page.goto(url.href, { waitUntil: 'load' });
  // The page as it is served has a `main` that says it is opening; it is open once it answers.
  const started = page.waitUntil((lab) => !lab || (window.reroute && !document.querySelector('#opening')), isLab(path));
  await (options.allowErrors ? started : Promise.race([started, broken]));
  return page;
};

const isLab = (path) => path === '' || path === 'lab/';

/** Waits until a function here returns something true, and returns that. */
export const waitFor = async (condition, time = WAIT_TIME) => {
  const end = performance.now() + time;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`not within ${time} ms: ${condition}`);
    // Lets the event loop turn; each round asks the page, which takes longer than this.
    await new Promise((next) => setImmediate(next));
  }
};

// ---------------------------------------------------------------- the helpers

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const help = (page, { allowErrors = false }) => {
  /** What the page logged as an error, threw, or could not load. */
  page.consoleErrors = [];
  page.on('console', (message) => {
    if (message.type() === 'error') page.consoleErrors.push(message.text());
  });
  page.on('pageerror', (error) => page.consoleErrors.push(String(error)));
  page.on('response', (response) => {
    if (response.status() >= 400) page.consoleErrors.push(`${response.status()} ${response.url()}`);
  });

  page.expectNoConsoleErrors = () => {
    if (!allowErrors) assert.deepEqual(page.consoleErrors, [], 'the page logged errors');
  };

  /** Waits until a function run in the page returns something true, and returns that. It is asked
   *  on a timer: frames may stand still in a page that is paused or out of sight. */
  page.waitUntil = async (condition, argument, time = WAIT_TIME) => {
    try {
      const handle = await page.waitForFunction(condition, argument, { timeout: time, polling: 50 });
      return await handle.jsonValue();
    } catch (error) {
      const errors = page.consoleErrors.length ? `\nthe page logged: ${page.consoleErrors.join('\n')}` : '';
      throw new Error(`${error.message}\nwaiting for: ${condition}${errors}`);
    }
  };

  /** The state the page tells of itself. */
  page.state = async () => JSON.parse(await page.evaluate(() => window.reroute.state()));

  /** Runs virtual time on, in milliseconds, at once; play must be paused. */
  page.advance = (ms) => page.evaluate((span) => window.reroute.advance(span), ms);

  /** Fails on any violation that axe finds, naming rule and elements. What arrives is paler until
   *  it is there. */
  page.axe = async (selector) => {
    await page.evaluate(() => Promise.allSettled(document.getAnimations()
      .filter((it) => Number.isFinite(it.effect?.getComputedTiming().endTime))
      .map((it) => it.finished)));
    await page.addScriptTag({ path: axeSource });
    const violations = await page.evaluate(async (within) => {
      const found = await window.axe.run(within ?? document, { resultTypes: ['violations'] });
      return found.violations.map(({ id, help: what, nodes }) =>
        `${id}: ${what}: ${nodes.map((node) => `${node.target} (${node.failureSummary})`).join('; ')}`);
    }, selector);
    assert.deepEqual(violations, [], 'axe found violations');
  };

  /** Pairs of visible elements of a selector whose boxes overlap by more than `slack` CSS pixels
   *  both ways, as sentences. An element and its descendant do not count; nor do pairs of which
   *  neither is `against`. */
  page.overlaps = (selector, slack = 1, against = '*') => page.evaluate(([wanted, allowed, other]) => {
    const named = (element) =>
      element.getAttribute('aria-label') ?? element.id ?? element.textContent.trim().slice(0, 40);
    const items = [...document.querySelectorAll(wanted)]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && box.height > 0);
    const found = [];
    items.forEach((a, index) => items.slice(index + 1).forEach((b) => {
      if (a.element.contains(b.element) || b.element.contains(a.element)) return;
      if (!a.element.matches(other) && !b.element.matches(other)) return;
      const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (wide > allowed && high > allowed) {
        found.push(`${named(a.element)} and ${named(b.element)} overlap by ${wide.toFixed(1)}x${high.toFixed(1)}`);
      }
    }));
    return found;
  }, [selector, slack, against]);

  /** Visible elements of a selector that are cut off: text wider or higher than its clipping box,
   *  or a box outside the viewport or outside an ancestor that clips and cannot be scrolled. */
  page.clipped = (selector, slack = 1) => page.evaluate(([wanted, allowed]) => {
    const named = (element) =>
      (element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40)) || element.tagName;
    const found = [];
    for (const element of document.querySelectorAll(wanted)) {
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      const box = element.getBoundingClientRect();
      // Cut off on purpose: only to be read aloud.
      if (element.closest('.visually-hidden') || (box.width <= 1 && box.height <= 1)) continue;
      const style = getComputedStyle(element);
      const hides = (value) => value === 'hidden' || value === 'clip';
      if (hides(style.overflowX) && element.scrollWidth > element.clientWidth + allowed
        || hides(style.overflowY) && element.scrollHeight > element.clientHeight + allowed) {
        found.push(`${named(element)}: its content does not fit`);
      }
      if (box.left < -allowed || box.right > document.documentElement.clientWidth + allowed) {
        found.push(`${named(element)}: outside the window (${box.left.toFixed(0)}..${box.right.toFixed(0)})`);
      }
      for (let up = element.parentElement; up; up = up.parentElement) {
        const around = getComputedStyle(up);
        const edge = up.getBoundingClientRect();
        const cutX = hides(around.overflowX) && (box.left < edge.left - allowed || box.right > edge.right + allowed);
        const cutY = hides(around.overflowY) && (box.top < edge.top - allowed || box.bottom > edge.bottom + allowed);
        if (cutX || cutY) {
          found.push(`${named(element)}: cut off by ${up.tagName.toLowerCase()}.${up.className}`);
          break;
        }
      }
    }
    return found;
  }, [selector, slack]);

  return page;
};
