// node run.mjs MODULE CONTENDER SERVERS WARM-UP SLICE SLICES
//
// Runs a contender of the WebAssembly module, `engine`, or our own `javascript`, first for the
// warm-up and then slice by slice, and prints for the least of these the nanoseconds of an event,
// then what the run came to. In slices, since V8 goes over to optimised code only between calls.
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { Baseline } from "./baseline.mjs";

const EVENTS = 5;
const [module, name, ...numbers] = process.argv.slice(2);
const [servers, warm, slice, slices] = numbers.map(Number);

const load = () => createRequire(import.meta.url)(resolve(module));

function engine() {
  const world = load().Engine.new(servers);
  for (let done = 0; done < warm; done += slice) world.run(slice);
  let last, least = Infinity;
  for (let count = 0; count < slices; count += 1) {
    const began = process.hrtime.bigint();
    last = world.run(slice);
    least = Math.min(least, Number(process.hrtime.bigint() - began) / last[0]);
  }
  return [least, ...last];
}

function workload() {
  const contender = name === "javascript" ? new Baseline(servers) : load().Bench.new(name, servers);
  // Small steps: each is a chance for the optimised code.
  const step = Math.min(slice, 20_000);
  let answered = 0, least = Infinity, tally;
  const until = (end) => {
    while (answered < end) {
      answered = Math.min(end, answered + step);
      tally = contender.run(answered);
    }
  };
  until(warm);
  for (let count = 1; count <= slices; count += 1) {
    const before = tally[0], began = process.hrtime.bigint();
    until(warm + count * slice);
    const took = Number(process.hrtime.bigint() - began);
    least = Math.min(least, took / ((tally[0] - before) * EVENTS));
  }
  return [least, ...tally];
}

console.log((name === "engine" ? engine() : workload()).join(" "));
