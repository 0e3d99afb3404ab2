// Random values, as serialisers write them and as they are: makes tests/data/libraries/generated.json.xz.
//
//   node tests/tools/generated_texts.mjs FOLDER SEED COUNT | xz > tests/data/libraries/generated.json.xz
//
// FOLDER has in its node_modules what library_expectations.mjs names and superjson222 and
// superjson225 (superjson of those versions).
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { plain } from "./plain_value.mjs";

const require = createRequire(pathToFileURL(`${process.argv[2]}/package.json`));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const [seroval, devalue6, devalue5, flatted] = await Promise.all(
  ["seroval", "devalue", "devalue5", "flatted"].map(load));
const superjson = {};
for (const name of ["superjson1", "superjson222", "superjson225", "superjson"]) {
  const module = await load(name);
  superjson[name] = module.default.default ?? module.default;
}
const { SuperJSON } = await load("superjson");
const deduping = new SuperJSON({ dedupe: true });

let seed = Number(process.argv[3]);
function random(below) {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  return (seed >> 8) % below;
}
const name = () => ["a", "b.c", "d\\e", "f\\.g", "x y", "é", "0", "1", "id", "a-b"][random(10)];
const many = (count, make) => Array.from({ length: random(count) }, make);

function value(depth, pool, can) {
  const inner = () => value(depth + 1, pool, can);
  const held = (each) => { if (can.share) pool.push(each); return each; };
  switch (random(depth > 3 ? 12 : 22)) {
    case 0: return null;
    case 1: return true;
    case 2: return random(1000) - 500;
    case 3: return 1.25;
    case 4: return 'te"xt\\ <é😀\n';
    case 5: return can.types ? undefined : 1;
    case 6: return can.types ? BigInt("90071992547409931") : 2;
    case 7: return can.types ? new Date(random(1e9) * 1000) : "d";
    case 8: return can.types ? [NaN, Infinity, -0, -Infinity][random(4)] : 0;
    case 9: return can.types ? /a\/b[/]"x/gi : "r";
    case 10: return can.url ? new URL("http://e.test/p?q=1") : "u";
    case 11: return can.types
      ? [new Uint8Array([1, 2]), new Float64Array([1.5, -2]), new Int16Array([-3])][random(3)] : 3;
    case 12: case 13: case 14: {
      const made = held({});
      many(4, () => { made[name()] = inner(); });
      return made;
    }
    case 15: case 16: {
      const made = held([]);
      many(4, () => made.push(inner()));
      return made;
    }
    case 17: return can.types ? new Map(many(3, () => [random(3) ? name() : random(5), inner()])) : 5;
    case 18: return can.types ? new Set(many(3, inner)) : 6;
    default: return pool.length ? pool[random(pool.length)] : 7;
  }
}

const every = { types: true, url: true };
const but = { types: true };
const WRITERS = [
  ["superjson", (each) => superjson.superjson.stringify(each), every],
  ["superjson", (each) => superjson.superjson225.stringify(each), every],
  ["superjson", (each) => superjson.superjson222.stringify(each), every],
  ["superjson", (each) => superjson.superjson1.stringify(each), every],
  ["superjson", (each) => deduping.stringify(each), every],
  ["devalue", devalue6.stringify, every],
  ["devalue", devalue5.stringify, every],
  ["javascript", (each) => devalue6.uneval(each), every],
  ["javascript", (each) => devalue5.uneval(each), every],
  ["seroval", (each) => seroval.serialize(each), but],
  ["seroval", (each) => JSON.stringify(seroval.toJSON(each)), but],
  ["seroval", (each) => seroval.crossSerialize(each), but],
  ["seroval", (each) => JSON.stringify(seroval.toCrossJSON(each)), but],
  ["flatted", (each) => flatted.stringify(each), {}],
];
const made = [];
for (let round = 0; round < Number(process.argv[4]); round++) {
  for (const [decoder, write, can] of WRITERS) {
    const each = value(0, [], { ...can, share: round % 2 === 0 });
    made.push({ decoder, text: write(each), value: plain(each) });
  }
}
process.stdout.write(JSON.stringify(made));
