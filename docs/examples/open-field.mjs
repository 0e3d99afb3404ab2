// Opens what Desktop Migrator has encrypted, with nothing but Node; see ../sensitive.md.
//   FIELD_KEY=… node open-field.mjs < rows.jsonl
// Each line is a row as JSON; each protected value in it is printed opened. A server does the same
// where it reads the row.
import { createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const derive = (key, purpose) =>
  Buffer.from(hkdfSync("sha256", key, "", `desktop-migrator/field-key/1/${purpose}`, 32));

/** The value of an encrypted field. Throws if the key or the user is another one, or a byte is. */
export function openField(key, text, user) {
  const [header, none, iv, ciphertext, tag] = text.split(".");
  const claims = JSON.parse(Buffer.from(header, "base64url"));
  if (none !== "" || claims.alg !== "dir" || claims.enc !== "A256GCM") throw new Error("unknown");
  if (user !== undefined && claims.sub !== user) throw new Error("another user's");
  const authTag = Buffer.from(tag, "base64url");
  if (authTag.length !== 16) throw new Error("cut off");
  const opening = createDecipheriv(
    "aes-256-gcm", derive(key, "encrypt"), Buffer.from(iv, "base64url"));
  opening.setAAD(Buffer.from(header));
  opening.setAuthTag(authTag);
  const plain = [opening.update(Buffer.from(ciphertext, "base64url")), opening.final()];
  return JSON.parse(Buffer.concat(plain));
}

/** Whether a hashed field is the hash of this text. */
export function isHashOf(key, hashed, text) {
  const expected = createHmac("sha256", derive(key, "hash")).update(text).digest();
  return timingSafeEqual(Buffer.from(hashed.split(":")[2], "base64url"), expected);
}

function* protectedValues(value, path) {
  if (typeof value === "string" && /^eyJ[\w-]+\.\.[\w-]+\.[\w-]*\.[\w-]+$/.test(value)) {
    yield [path, value];
  } else if (value !== null && typeof value === "object") {
    for (const [name, member] of Object.entries(value)) {
      yield* protectedValues(member, path ? `${path}.${name}` : name);
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const key = Buffer.from(process.env.FIELD_KEY, "base64url");
  for await (const line of createInterface({ input: process.stdin })) {
    const row = JSON.parse(line);
    for (const [path, text] of protectedValues(row, "")) {
      console.log(JSON.stringify({ path, value: openField(key, text, row.user_id) }));
    }
  }
}
