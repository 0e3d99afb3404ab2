// Reads every row as the app does, has drizzle-zod check it, and prints all as JSON.
import { drizzle } from "drizzle-orm/node-postgres";
import { createSelectSchema } from "drizzle-zod";
import pg from "pg";
import { environments, tasks } from "./schema.js";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
const db = drizzle(pool);
const rows = {};
for (const [name, table] of Object.entries({ tasks, environments })) {
  const shape = createSelectSchema(table);
  rows[name] = (await db.select().from(table)).map((row) => shape.parse(row));
}
await pool.end();
console.log(JSON.stringify(rows));
