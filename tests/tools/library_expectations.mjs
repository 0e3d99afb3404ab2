// What the libraries themselves read from the records of tests/data/libraries.
//
//   node tests/tools/library_expectations.mjs FOLDER < records.json > expected.json
//
// FOLDER has the libraries in its node_modules, in the versions of VERSIONS below. A record is
// {page, key, value, chain, beside}; `tests/tools/library_expectations.py` makes them and keeps
// what comes out. Values come out as plain_value.mjs has them.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
import { EXPIRED, Money, plain, unreadable } from "./plain_value.mjs";

export const VERSIONS = {
  devalue: "6.0.3", devalue5: "npm:devalue@5.9.4", superjson: "2.2.7",
  superjson1: "npm:superjson@1.13.3", seroval: "1.8.2", flatted: "3.4.4", "lz-string": "1.5.0",
  localforage: "1.10.0", tinybase: "10.0.1", telejson: "8.0.0", store2: "2.14.4", lscache: "1.3.2",
  "valtio-persist": "2.2.5", legend3: "npm:@legendapp/state@3.0.0-beta.48", "vue-ls": "4.2.0",
  "localstorage-slim": "2.7.1", "web-storage-cache": "1.1.1", store: "2.0.12", lokijs: "1.5.12",
  "redux-persist": "6.0.0", "redux-persist-transform-compress": "4.2.0",
  "redux-persist-transform-immutable": "5.0.0", immutable: "5.2.1", typeson: "9.0.4",
  "typeson-registry": "12.0.0", pako: "3.0.3", lockr: "0.8.5",
};

const require = createRequire(pathToFileURL(`${process.argv[2]}/package.json`));
const load = (name) => import(pathToFileURL(require.resolve(name)));

const stored = new Map();
class Storage {
  getItem(key) { return stored.get(String(key)) ?? null; }
  setItem(key, value) { stored.set(String(key), String(value)); }
  removeItem(key) { stored.delete(String(key)); }
  key(index) { return [...stored.keys()][index] ?? null; }
  get length() { return stored.size; }
}
globalThis.Storage = Storage;
globalThis.localStorage = new Storage();
globalThis.window = globalThis;
const input = JSON.parse(readFileSync(0, "utf8"));
let now = input.now;
Date.now = () => now;
globalThis.Date = class extends Date {
  constructor(...args) { args.length ? super(...args) : super(input.now); }
};

const superjson = (await load("superjson")).default;
const superjson1 = require("superjson1").default;
const devalue = { 5: await load("devalue5"), 6: await load("devalue") };
const seroval = await load("seroval");
const flatted = await load("flatted");
const LZString = require("lz-string");
const localforage = require("localforage");
const tinybase = await import(pathToFileURL(`${process.argv[2]}/node_modules/tinybase/index.js`));
const telejson = require("telejson");
const loki = require("lokijs");
const pako = await load("pako");
const { internal } = require("legend3");
const getStoredState = require("redux-persist/lib/getStoredState").default;
const compress = require("redux-persist-transform-compress").default;
const immutable = require("redux-persist-transform-immutable");
const { Typeson } = await load("typeson").catch(() => require("typeson"));
const registry = require("typeson-registry");

for (const each of [superjson, superjson1]) {
  each.registerClass(Money, { identifier: "Money" });
  each.registerCustom(
    { isApplicable: (v) => v instanceof Symbol, serialize: () => 0, deserialize: () => unreadable("custom") },
    "money",
  );
}

const bytes = (value) =>
  typeof value !== "string" ? Uint8Array.from(value)
    : /^[\d,]+$/.test(value) ? Uint8Array.from(value.split(","))
    : /^[\w+/=]+$/.test(value) ? Uint8Array.from(Buffer.from(value, "base64"))
    : Uint8Array.from(value, (each) => each.charCodeAt(0));
const inflate = (value) => new TextDecoder().decode(pako.ungzip ? pako.ungzip(bytes(value)) : pako.inflate(bytes(value)));
const parsed = (value) => (typeof value === "string" ? JSON.parse(value) : value);
const member = (...path) => (value) => path.reduce((found, name) => found[name], parsed(value));
const persisted = (transforms) => async (value, record) =>
  without_persist(await getStoredState({
    key: record.key, keyPrefix: "", storage: { getItem: async () => value }, transforms,
  }));
const without_persist = ({ _persist, ...rest }) => rest;

// A step of a chain is what the library's own reader makes of it; what has none is its shape.
const READERS = {
  json: (value) => JSON.parse(value),
  pairs: (value) => new Map(JSON.parse(value)),
  text: (value) => value,
  uri: (value) => decodeURIComponent(value),
  base64: (value) => Buffer.from(value, "base64").toString(),
  zlib: inflate,
  gzip: inflate,
  "lz-string": (value) => {
    for (const form of ["Base64", "EncodedURIComponent", "UTF16", ""]) {
      const found = LZString[form ? `decompressFrom${form}` : "decompress"](value);
      const again = found === null ? null : LZString[form ? `compressTo${form}` : "compress"](found);
      if (again === value) return found;
    }
    throw new Error("no form of lz-string");
  },
  superjson: (value, record) => {
    const reader = record.key.startsWith("sj1") ? superjson1 : superjson;
    return reader.deserialize(parsed(value));
  },
  devalue: (value, record) => devalue[record.key.startsWith("dv5") ? 5 : 6].parse(value),
  seroval: (value) => {
    if (value.startsWith('{"t"')) return seroval.fromJSON(JSON.parse(value));
    globalThis.$R = [];
    return seroval.deserialize(value);
  },
  javascript: (value) => (0, eval)(`(${value})`),
  flatted: (value) => flatted.parse(value),
  "legend-state": (value) => internal.safeParse(value),
  "tagged-types": (value) => JSON.parse(JSON.stringify(parsed(value)), (_, each) => {
    const kind = each?.__type?.replaceAll("_", "").toLowerCase();
    return kind === "map" ? new Map(each.value) : kind === "set" ? new Set(each.value)
      : kind === "date" ? new Date(each.value) : each;
  }),
  telejson: (value) => telejson.parse(value),
  typeson: (value) => new Typeson().register([registry.builtin, registry.undef]).parse(value),
  "redux-persist": (value, record) => (record.chain.length === 1 || record.chain[0] === "localforage"
    ? persisted([])(value, record) : value),
  "redux-persist-compress": persisted([compress()]),
  "redux-persist-immutable": persisted([immutable()]),
  zustand: member("state"),
  xstate: member("context"),
  "easy-peasy": member("data"),
  lockr: (value, record) => require("lockr").get(record.key),
  "tanstack-query": member("clientState"),
  "tanstack-query-persister": member("state", "data"),
  "tanstack-db": (value) => Object.fromEntries(
    Object.entries(parsed(value)).map(([key, row]) => [key, row.data])),
  tinybase: (value) => {
    now = input.now + 86_400_000; // it takes nothing from the future, as some pages are by now
    const store = value.startsWith('[[') ? tinybase.createMergeableStore() : tinybase.createStore();
    value.startsWith("[[") ? store.setMergeableContent(JSON.parse(value, (_, each) => (each === "\ufffc" ? undefined : each))) : store.setJson(value);
    now = input.now;
    return { tables: store.getTables(), values: store.getValues() };
  },
  lokijs: (value) => {
    const database = new loki("app.db", { adapter: new loki.LokiMemoryAdapter() });
    database.loadJSON(value);
    return Object.fromEntries(database.collections.map((each) => [each.name, each.data]));
  },
  localforage: async (value) => {
    const { deserialize } = await localforage.getSerializer();
    return deserialize(value);
  },
  lscache: (value, record) => {
    const lscache = require("lscache");
    const found = lscache.get(record.key.replace("lscache-", ""));
    return found === null ? EXPIRED : found;
  },
  storejs: (value, record) => {
    const store = require("store");
    store.addPlugin(require("store/plugins/expire"));
    const mine = record.key.match(/^__storejs_([^_]*)_(.*)$/);
    return mine ? store.namespace(mine[1]).get(mine[2]) : store.get(record.key);
  },
  "web-storage-cache": async (value, record) =>
    new (require("web-storage-cache"))({ storage: localStorage }).get(record.key) ?? EXPIRED,
  "vue-ls": (value) => {
    const { value: found, expire } = JSON.parse(value);
    return expire !== null && expire < input.now ? EXPIRED : found;
  },
  "localstorage-slim": (value, record) =>
    require("localstorage-slim").get(record.key, { decrypt: record.key.startsWith("slim-enc") }) ?? EXPIRED,
  "mobx-persist-store": (value) => {
    const { __mps__, ...rest } = JSON.parse(value);
    return __mps__?.expireInTimestamp < input.now ? EXPIRED : rest;
  },
  store2: (value, record) => require("store2").get(record.key),
};
// What these give is a text, which a chain then reads as JSON.
const ENDS_AS_TEXT = new Set(["json", "uri", "base64", "zlib", "gzip", "lz-string"]);

const results = [];
for (const record of input.records) {
  let state = record.value;
  stored.clear();
  for (const [key, value] of Object.entries(record.beside)) stored.set(key, value);
  let error = null;
  try {
    for (const name of record.chain) {
      state = await READERS[name](state, record);
      if (state === EXPIRED) break;
    }
    const isText = typeof state === "string" && ENDS_AS_TEXT.has(record.chain.at(-1) ?? "json");
    state = plain(isText ? JSON.parse(state) : state === undefined ? null : state);
  } catch (caught) {
    error = String(caught?.message ?? caught).slice(0, 200);
    state = null;
  }
  results.push({ page: record.page, key: record.key, value: state, error });
}
process.stdout.write(JSON.stringify(results));
