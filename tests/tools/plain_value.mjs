// A value of JavaScript as the JSON that the tests of the decoders expect: a Date as its ISO text, a
// Map as an object if its keys are strings, undefined as no member. {"␛": kind} stands for what JSON
// cannot say, {"␛number": digits} for a number that JavaScript's JSON would spell otherwise.
const RealDate = Date;

export const EXPIRED = Symbol("expired");
export class Money { constructor(a) { this.a = a; } }
export const unreadable = (kind) => ({ "␛": kind });

export function plain(value, open = new Set()) {
  if (value === undefined) return null;
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") {
    return Object.is(value, -0) ? { "␛number": "-0" } : Number.isFinite(value) ? value : unreadable("number");
  }
  if (typeof value === "bigint") return { "␛number": String(value) };
  if (typeof value === "symbol") return value === EXPIRED ? { "␛aside": "expired" } : unreadable("symbol");
  if (typeof value === "function") return unreadable("function");
  if (value instanceof RealDate) return isNaN(value) ? unreadable("invalid-date") : value.toISOString();
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (globalThis.Temporal && Object.prototype.toString.call(value).startsWith("[object Temporal")) return String(value);
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (value instanceof Blob) return unreadable("blob");
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString("base64");
  if (ArrayBuffer.isView(value)) return Array.from(value, (each) => plain(each));
  if (value instanceof String || value instanceof Number || value instanceof Boolean) return value.valueOf();
  if (value instanceof Money) return unreadable("class");
  if (open.has(value)) return unreadable("circular");
  open.add(value);
  let found;
  if (typeof value.toJS === "function") found = plain(value.toJS(), open);
  else if (value instanceof Map) {
    const pairs = [...value].map((pair) => pair.map((each) => plain(each, open)));
    found = pairs.every(([name]) => typeof name === "string") ? Object.fromEntries(pairs) : pairs;
  } else if (Array.isArray(value) || value instanceof Set) {
    if (value.length > 10000) found = unreadable("sparse-array");
    else found = Array.from(value, (each) => (each === undefined ? null : plain(each, open)));
  } else {
    found = Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, plain(each, open)]));
  }
  open.delete(value);
  return found;
}
