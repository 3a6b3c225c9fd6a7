// Shortens what joins a release build's JavaScript to its WebAssembly, and prints nothing.
//
// wasm-bindgen names each function that WebAssembly calls by its path and a hash, in both files: eight
// kilobytes after gzip of what no reader needs. Here each gets a name of a letter or two, and the
// script goes without indentation and comments, which trunk's own minifier leaves in what it cannot
// parse. Whatever is not as expected is an error: a page with half its names changed would not start.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const dist = process.argv.at(-1);
const only = (pattern) => {
  const found = readdirSync(dist).filter((name) => pattern.test(name));
  if (found.length !== 1) throw new Error(`${found.length} files in ${dist} are named ${pattern}`);
  return join(dist, found[0]);
};
const [script, binary] = [only(/^laboratory-\w+\.js$/), only(/^laboratory-\w+_bg\.wasm$/)];

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const short = (index) =>
  (index < LETTERS.length ? '' : short(Math.floor(index / LETTERS.length) - 1))
  + LETTERS[index % LETTERS.length];

// The script: one import a line, `name: function(…` or the like, and where they all come from.
const names = new Map();
let module;
const lines = readFileSync(script, 'utf8')
  .replace(/^\s*\/\*(?:(?!\*\/)[\s\S])*\*\/\s*$/gm, '')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('//'))
  .map((line) => line.replace(/^(__wb\w+): /, (_, name) => {
    names.set(name, short(names.size));
    return `${names.get(name)}:`;
  }))
  .map((line) => line.replace(/^"(\.\/laboratory_bg\.js)": /, (_, name) => {
    module = name;
    return '"_":';
  }));

// The WebAssembly: https://webassembly.github.io/spec/core/binary/modules.html
const bytes = readFileSync(binary);
const number = (at) => {
  let [value, shift, byte] = [0, 0, 0];
  do {
    byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    shift += 7;
  } while (byte & 128);
  return [value, at];
};
const written = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...written(value >>> 7)]);
const text = (at) => {
  const [length, from] = number(at);
  return [bytes.toString('utf8', from, from + length), from + length];
};
const named = (name) => [...written(name.length), ...Buffer.from(name)];

const IMPORTS = 2;
const FUNCTION = 0;
const parts = [bytes.subarray(0, 8)];
const left = new Set(names.keys());
for (let at = 8; at < bytes.length;) {
  const [length, begin] = number(at + 1);
  const end = begin + length;
  if (bytes[at] !== IMPORTS) {
    parts.push(bytes.subarray(at, end));
  } else {
    let [count, here] = number(begin);
    const body = written(count);
    for (; count > 0; count -= 1) {
      let from, name;
      [from, here] = text(here);
      [name, here] = text(here);
      if (from !== module || !left.delete(name) || bytes[here] !== FUNCTION) {
        throw new Error(`the import ${name} of ${from} is not in ${script}`);
      }
      const [type, next] = number(here + 1);
      body.push(...named('_'), ...named(names.get(name)), FUNCTION, ...written(type));
      here = next;
    }
    parts.push(Buffer.from([IMPORTS, ...written(body.length), ...body]));
  }
  at = end;
}
if (left.size > 0) throw new Error(`${script} has what is not imported: ${[...left].join(', ')}`);

writeFileSync(script, lines.join('\n'));
writeFileSync(binary, Buffer.concat(parts));
