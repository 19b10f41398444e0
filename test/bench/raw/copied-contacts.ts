import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** A person of the file, as both sides take them in. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly jobTitle: string;
  readonly email: string;
}

/** Whose the contacts become. */
export interface Belonging {
  readonly owner: string;
  readonly team: string;
}

/** A way past the product: one `COPY … FROM STDIN` per table, its lines made before the clock starts. */
export interface CopiedTable {
  readonly copy: string;
  lineOf(person: Person, belonging: Belonging): string;
}

/** The product's own table with its five indexes, foreign keys and defaults: what nobody's list has to be found in. */
export const ownTable: CopiedTable = {
  copy: 'copy core.contacts (id, name, job_title, owner_id, team_id, created_by, updated_by) from stdin',
  lineOf: ({ id, name, jobTitle }, { owner, team }) =>
    `${id}\t${name}\t${jobTitle}\t${owner}\t${team}\t${owner}\t${owner}\n`,
};

/** The addresses of those, in the table the product keeps them in. */
export const ownEmails: CopiedTable = {
  copy: 'copy core.contact_emails (contact_id, position, email) from stdin',
  lineOf: ({ id, email }) => `${id}\t0\t${email}\n`,
};

/** The flat table of the raw server, address included: a primary key, two more indexes that new rows are in, and no foreign key that asks. */
export const flatTable: CopiedTable = {
  copy: 'copy raw.contacts (id, name, job_title, email, owner_id, team_id) from stdin',
  lineOf: ({ id, name, jobTitle, email }, { owner, team }) =>
    `${id}\t${name}\t${jobTitle}\t${email}\t${owner}\t${team}\n`,
};

/** Sends lines to a table, in a transaction of its own. */
export async function copyLines(client: pg.Client, { copy }: CopiedTable, lines: readonly string[]): Promise<void> {
  await pipeline(Readable.from(lines), client.query(copyFrom(copy)));
}

/** Lines that travel together. */
const linesAtOnce = 1000;

/** What is sent for a table. */
export function linesFor({ lineOf }: CopiedTable, people: readonly Person[], belonging: Belonging): readonly string[] {
  return Array.from({ length: Math.ceil(people.length / linesAtOnce) }, (_, index) =>
    people
      .slice(index * linesAtOnce, (index + 1) * linesAtOnce)
      .map((person) => lineOf(person, belonging))
      .join(''),
  );
}
