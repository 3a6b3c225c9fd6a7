// Prints the size of every file of a build, raw, gzip and brotli, and on its last line the bytes
// after gzip of those that the page loads.
//
// A file counts as loaded if a loaded file names it, beginning with index.html: markup, styles,
// scripts, and the strings inside the WebAssembly.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = process.argv.at(-1);
const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .map((path) => ({ name: path.slice(dist.length + 1), bytes: readFileSync(path) }));

const loaded = new Set(files.filter((file) => file.name === 'index.html'));
for (const file of loaded) {
  const text = file.bytes.toString('latin1');
  for (const other of files) {
    if (text.includes(basename(other.name))) loaded.add(other);
  }
}

const brotli = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
const rows = files
  .map((file) => ({
    name: file.name,
    raw: file.bytes.length,
    gzip: gzipSync(file.bytes, { level: 9 }).length,
    brotli: brotli(file.bytes).length,
    loaded: loaded.has(file),
  }))
  .sort((a, b) => b.gzip - a.gzip);

const sum = (some, key) => some.reduce((total, row) => total + row[key], 0);
const total = (name, some) => ({
  name, raw: sum(some, 'raw'), gzip: sum(some, 'gzip'), brotli: sum(some, 'brotli'),
});
const page = total('loaded by the page', rows.filter((row) => row.loaded));
const lines = [...rows, page, total('all of dist/', rows)];
const width = Math.max(...lines.map((line) => line.name.length)) + 2;
const number = (value) => value.toLocaleString('en-GB').padStart(11);
const print = (line) =>
  console.log(`  ${line.name.padEnd(width)}${number(line.raw)}${number(line.gzip)}${number(line.brotli)}`
    + (line.loaded === false ? '   not loaded' : ''));

console.log(`  ${'bytes'.padEnd(width)}${'raw'.padStart(11)}${'gzip'.padStart(11)}${'brotli'.padStart(11)}`);
rows.forEach(print);
console.log('');
lines.slice(rows.length).forEach(print);
console.log(page.gzip);
