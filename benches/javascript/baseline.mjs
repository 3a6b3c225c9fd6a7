// The workload in JavaScript as one would write it for speed: typed arrays only, a 4-ary heap whose
// root, once taken, stays a hole until the next push, a ring for each delay that is always the same,
// calls in a slab, queues as lists through the slab, exponential variates by ziggurat.
//
// 64-bit integers would be slow, so times are whole nanoseconds in doubles and the generator is one
// of 32 bits: the run is another one than Rust's, of the same law.

const SERVICE = 1e6, RHO = 0.9, HOP = 5e5, DEADLINE = 1e9;
const NONE = -1, NEW_CALL = -2;

/** sfc32 (Doty-Humphrey), the small fast generator of PractRand. */
function generator(seed) {
  let a = seed | 0, b = 0x9e3779b9 | 0, c = 0x243f6a88 | 0, counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/** Marsaglia and Tsang (2000), 256 layers; 24 bits choose within a layer, 8 the layer. */
const TAIL = 7.69711747013105, AREA = 3.949659822581572e-3;
const X = new Float64Array(257), Y = new Float64Array(257);
X[0] = AREA / Math.exp(-TAIL);
X[1] = TAIL;
for (let layer = 2; layer < 256; layer += 1) {
  X[layer] = -Math.log(AREA / X[layer - 1] + Math.exp(-X[layer - 1]));
}
for (let layer = 0; layer <= 256; layer += 1) Y[layer] = Math.exp(-X[layer]);

function exponential(next) {
  for (;;) {
    const bits = next(), layer = bits & 255;
    // Half a step up: never 0, and the mean of 24 bits is right.
    const x = ((bits >>> 8) + 0.5) * (1 / 16777216) * X[layer];
    if (x < X[layer + 1]) return x;
    const uniform = (next() + 0.5) * (1 / 4294967296);
    if (layer === 0) return TAIL - Math.log(uniform);
    if (Y[layer] + (Y[layer + 1] - Y[layer]) * uniform < Math.exp(-x)) return x;
  }
}

const grown = (array, size) => {
  const larger = new array.constructor(size);
  larger.set(array);
  return larger;
};

/** First in, first out: when, in which order, what, and its generation. */
class Ring {
  constructor() {
    this.at = new Float64Array(1024);
    this.sequence = new Float64Array(1024);
    this.what = new Int32Array(1024);
    this.generation = new Int32Array(1024);
    this.first = 0;
    this.length = 0;
  }
  push(at, sequence, what, generation) {
    if (this.length === this.at.length) this.grow();
    const place = (this.first + this.length) & (this.at.length - 1);
    this.at[place] = at;
    this.sequence[place] = sequence;
    this.what[place] = what;
    this.generation[place] = generation;
    this.length += 1;
  }
  shift() {
    this.first = (this.first + 1) & (this.at.length - 1);
    this.length -= 1;
  }
  grow() {
    const size = this.at.length;
    for (const name of ["at", "sequence", "what", "generation"]) {
      const old = this[name], larger = new old.constructor(size * 2);
      larger.set(old.subarray(this.first));
      larger.set(old.subarray(0, this.first), size - this.first);
      this[name] = larger;
    }
    this.first = 0;
  }
}

class Heap {
  constructor() {
    this.at = new Float64Array(1024);
    this.sequence = new Float64Array(1024);
    this.what = new Int32Array(1024);
    this.length = 0;
    this.hole = false;
  }
  push(at, sequence, what) {
    if (this.hole) {
      this.hole = false;
      this.down(at, sequence, what);
      return;
    }
    if (this.length === this.at.length) {
      for (const name of ["at", "sequence", "what"]) this[name] = grown(this[name], this.length * 2);
    }
    let place = this.length;
    this.length += 1;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      // What is pushed has the greatest sequence number.
      if (this.at[parent] <= at) break;
      this.move(parent, place);
      place = parent;
    }
    this.put(place, at, sequence, what);
  }
  close() {
    this.hole = false;
    const last = this.length -= 1;
    if (last > 0) this.down(this.at[last], this.sequence[last], this.what[last]);
  }
  down(at, sequence, what) {
    const { at: times, sequence: order, length } = this;
    let place = 0;
    for (;;) {
      const first = place * 4 + 1;
      if (first >= length) break;
      const end = Math.min(first + 4, length);
      let least = first;
      for (let child = first + 1; child < end; child += 1) {
        if (times[child] < times[least] || (times[child] === times[least] && order[child] < order[least])) {
          least = child;
        }
      }
      if (at < times[least] || (at === times[least] && sequence < order[least])) break;
      this.move(least, place);
      place = least;
    }
    this.put(place, at, sequence, what);
  }
  move(from, to) {
    this.at[to] = this.at[from];
    this.sequence[to] = this.sequence[from];
    this.what[to] = this.what[from];
  }
  put(place, at, sequence, what) {
    this.at[place] = at;
    this.sequence[place] = sequence;
    this.what[place] = what;
  }
}

export class Baseline {
  constructor(servers) {
    this.servers = servers;
    this.arrivals = generator(1);
    this.choices = generator(2);
    this.services = generator(3);
    this.between = SERVICE / (RHO * servers);
    this.heap = new Heap();
    this.there = new Ring();
    this.back = new Ring();
    this.deadlines = new Ring();
    this.head = new Int32Array(servers).fill(NONE);
    this.tail = new Int32Array(servers).fill(NONE);
    this.load = new Int32Array(servers);
    // The slab: which server, what is next in its queue, generation, when it began.
    this.server = new Int32Array(1024);
    this.next = new Int32Array(1024);
    this.generation = new Int32Array(1024);
    this.began = new Float64Array(1024);
    this.free = new Int32Array(1024);
    this.calls = 0;
    this.freed = 0;
    this.sequence = 0;
    this.answered = 0;
    this.waited = 0;
    this.now = 0;
    this.heap.push(this.gap(), this.sequence++, NEW_CALL);
  }
  gap() {
    return Math.floor(exponential(this.arrivals) * this.between);
  }
  service() {
    return Math.floor(exponential(this.services) * SERVICE);
  }
  pick() {
    return Math.floor(this.choices() * (1 / 4294967296) * this.servers);
  }
  /** A place in the slab. */
  place() {
    if (this.freed > 0) return this.free[--this.freed];
    if (this.calls === this.server.length) {
      for (const name of ["server", "next", "generation", "began", "free"]) {
        this[name] = grown(this[name], this.calls * 2);
      }
    }
    return this.calls++;
  }
  call() {
    const a = this.pick(), b = this.pick();
    const server = this.load[b] < this.load[a] ? b : a;
    this.load[server] += 1;
    const call = this.place();
    this.server[call] = server;
    this.next[call] = NONE;
    this.began[call] = this.now;
    this.there.push(this.now + HOP, this.sequence++, call, 0);
    this.deadlines.push(this.now + DEADLINE, this.sequence++, call, this.generation[call]);
    this.heap.push(this.now + this.gap(), this.sequence++, NEW_CALL);
  }
  done(server) {
    const call = this.head[server], next = this.next[call];
    this.head[server] = next;
    this.back.push(this.now + HOP, this.sequence++, call, 0);
    if (next === NONE) this.tail[server] = NONE;
    else this.heap.push(this.now + this.service(), this.sequence++, server);
  }
  atServer(call) {
    const server = this.server[call], tail = this.tail[server];
    if (tail === NONE) {
      this.head[server] = call;
      this.heap.push(this.now + this.service(), this.sequence++, server);
    } else {
      this.next[tail] = call;
    }
    this.tail[server] = call;
  }
  reply(call) {
    this.generation[call] = (this.generation[call] + 1) | 0;
    this.load[this.server[call]] -= 1;
    this.answered += 1;
    this.waited += this.now - this.began[call];
    this.free[this.freed++] = call;
  }
  /** Goes on until so many calls have been answered. */
  run(answered) {
    const { heap, there, back, deadlines } = this;
    const rings = [there, back, deadlines];
    while (this.answered < answered) {
      if (heap.hole) heap.close();
      let at = Infinity, order = Infinity, from = null;
      if (heap.length > 0) {
        at = heap.at[0];
        order = heap.sequence[0];
      }
      for (let lane = 0; lane < 3; lane += 1) {
        const ring = rings[lane];
        if (ring.length === 0) continue;
        const time = ring.at[ring.first], sequence = ring.sequence[ring.first];
        if (time < at || (time === at && sequence < order)) {
          at = time;
          order = sequence;
          from = ring;
        }
      }
      if (from === null) {
        this.now = at;
        const what = heap.what[0];
        heap.hole = true;
        if (what === NEW_CALL) this.call();
        else this.done(what);
        continue;
      }
      const what = from.what[from.first], generation = from.generation[from.first];
      from.shift();
      if (from === deadlines) {
        // None is ever late: the run is stable and its deadline far.
        if (this.generation[what] === generation) this.now = at;
      } else {
        this.now = at;
        if (from === there) this.atServer(what);
        else this.reply(what);
      }
    }
    return [this.answered, this.waited, this.now];
  }
}
