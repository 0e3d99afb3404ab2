// Reads every row of the table `hard` as each library does by itself, and prints what came of it:
// {reader: {id: {column: [type, text]}}}; of a check that refuses, the type is "refused".
import { PGlite } from "@electric-sql/pglite";
import { PrismaPg } from "@prisma/adapter-pg";
import * as now from "drizzle-orm/pg-core";
import { drizzle as drizzleNow } from "drizzle-orm/node-postgres";
import { drizzle as drizzleNowPostgres } from "drizzle-orm/postgres-js";
import * as next from "drizzle-orm-next/pg-core";
import { drizzle as drizzleNext } from "drizzle-orm-next/node-postgres";
import { createSelectSchema as nextSchema } from "drizzle-orm-next/zod";
import { createSelectSchema } from "drizzle-zod";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import postgres from "postgres";
import prisma from "./prisma-client/index.js";

const url = process.env.DATABASE_URL;
const JSON_COLUMN = "document";
const TYPES = {
  id: "text", moment: "timestamp", instant: "timestamptz", day: "date", whole: "bigint",
  exact: "numeric", double: "double precision", document: "jsonb", text: "text",
};

const define = ({ pgTable, text, timestamp, date, bigint, numeric, doublePrecision, jsonb }) =>
  pgTable("hard", {
    id: text("id").primaryKey(),
    moment: timestamp("moment"),
    instant: timestamp("instant", { withTimezone: true }),
    day: date("day"),
    whole: bigint("whole", { mode: "bigint" }),
    exact: numeric("exact"),
    double: doublePrecision("double"),
    document: jsonb("document"),
    text: text("text"),
  });

function spell(name, value) {
  if (name === JSON_COLUMN) {
    // JSON knows no Infinity: it is told apart from a text.
    const told = (_, each) => (typeof each === "number" && !isFinite(each) ? `<${each}>` : each);
    return ["json", JSON.stringify(value, told)];
  }
  if (value instanceof Date) return ["date", isNaN(value) ? "invalid" : value.toISOString()];
  if (typeof value === "object") return [value.constructor.name, value.toFixed()]; // Prisma's Decimal
  return [typeof value, String(value)];
}

function spellAll(rows) {
  const told = {};
  for (const { id, ...values } of rows) {
    const filled = Object.entries(values).filter(([name, value]) => value !== null || name === JSON_COLUMN);
    told[id] = Object.fromEntries(filled.map(([name, value]) => [name, spell(name, value)]));
  }
  return told;
}

/** Which values a library's own check lets through. */
function check(shape, rows) {
  const told = {};
  for (const { id, ...values } of rows) {
    told[id] = {};
    for (const [name, value] of Object.entries(values)) {
      if (value === null && name !== JSON_COLUMN) continue;
      const ok = shape.shape[name].safeParse(value).success;
      told[id][name] = ok ? spell(name, value) : ["refused", ""];
    }
  }
  return told;
}

async function inPglite(pool) {
  const db = new PGlite();
  const columns = Object.entries(TYPES);
  await db.exec(`CREATE TABLE hard (${columns.map((each) => each.join(" ")).join(", ")})`);
  const { rows } = await pool.query(`SELECT ${columns.map(([name]) => `${name}::text`).join(", ")} FROM hard`);
  const places = columns.map(([, type], index) => `$${index + 1}::text::${type}`).join(", ");
  for (const row of rows) {
    await db.query(`INSERT INTO hard VALUES (${places})`, columns.map(([name]) => row[name]));
  }
  const read = await db.query("SELECT * FROM hard");
  await db.close();
  return read.rows;
}

const pool = new pg.Pool({ connectionString: url });
// postgres.js knows no socket's folder in an address.
const { host, port, database, user } = pool.options.connectionString
  ? new pg.Client({ connectionString: url })
  : pool.options;
const connect = () => postgres({ host, port, database, user });
const [plain, underDrizzle] = [connect(), connect()];
const client = new prisma.PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
const kysely = new Kysely({ dialect: new PostgresDialect({ pool }) });
const [tableNow, tableNext] = [define(now), define(next)];

const rowsNow = await drizzleNow(pool).select().from(tableNow);
const rowsNext = await drizzleNext({ client: pool }).select().from(tableNext);
const told = {
  pg: spellAll((await pool.query("SELECT * FROM hard")).rows),
  "postgres.js": spellAll(await plain`SELECT * FROM hard`),
  Kysely: spellAll(await kysely.selectFrom("hard").selectAll().execute()),
  "Drizzle 0.45": spellAll(rowsNow),
  "Drizzle 0.45 on postgres.js": spellAll(await drizzleNowPostgres(underDrizzle).select().from(tableNow)),
  "drizzle-zod 0.8": check(createSelectSchema(tableNow), rowsNow),
  "Drizzle 1.0": spellAll(rowsNext),
  "Drizzle 1.0's zod": check(nextSchema(tableNext), rowsNext),
  Prisma: spellAll(await client.hard.findMany()),
  PGlite: spellAll(await inPglite(pool)),
};
await Promise.all([plain.end(), underDrizzle.end(), client.$disconnect()]);
await pool.end();
console.log(JSON.stringify(told));
