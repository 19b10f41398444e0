import type { World } from './world.js';

/** One name that a client should not be able to write, and a value for it. */
export interface Poison {
  readonly name: string;
  readonly value: unknown;
}

interface Column {
  readonly name: string;
  readonly type: string;
}

/** Columns of a table as PostgreSQL knows them. */
export async function columnsOf({ host }: World, table: string): Promise<readonly Column[]> {
  const [schema, name] = table.split('.');
  const rows = await host.sql(
    'select column_name, data_type from information_schema.columns where table_schema = ? and table_name = ? order by ordinal_position',
    [schema, name],
  );
  return rows.map((row) => ({ name: String(row['column_name']), type: String(row['data_type']) }));
}

/** Every column as the table spells it and as JSON would, names of the server's inside, and fields of others. */
export function poisons(columns: readonly Column[], stranger: string): readonly Poison[] {
  const named = columns.flatMap(({ name, type }): Poison[] => {
    const value = poisonOf(type, stranger);
    return [...new Set([name, toCamel(name), toCamel(name.replace(/_id$/, ''))])].map((spelled) => ({
      name: spelled,
      value,
    }));
  });
  return [
    ...named,
    ...serverNames.map((name) => ({ name, value: poisonOf('text', stranger) })),
    ...structures(stranger),
  ];
}

const serverNames: readonly string[] = [
  ...[
    'isAdmin',
    'role',
    'roleKey',
    'status',
    'password',
    'passwordHash',
    'password_hash',
    'scopes',
    'permissions',
    'grants',
  ],
  ...[
    'changeSetId',
    'change_set',
    'deletedWith',
    'deleted_with',
    'createdAt',
    'isElevated',
    'elevated',
    '_version',
    '_csrf',
    'kept',
    'r',
    'x_lab',
  ],
];

function structures(stranger: string): readonly Poison[] {
  return [
    { name: 'constructor', value: { prototype: { polluted: true } } },
    { name: 'prototype', value: { polluted: true } },
    { name: 'extras', value: { lab: { credit: 'poison', zone: 'poison' }, sales: { territory: 'poison' } } },
    { name: 'custom', value: { poison: true } },
    { name: 'lab', value: { credit: 'poison' } },
    { name: 'nowhere', value: { anything: 'poison' } },
    { name: 'owner_id', value: stranger },
    { name: 'id', value: stranger },
  ];
}

function poisonOf(type: string, stranger: string): unknown {
  if (type === 'uuid') return stranger;
  if (/integer|bigint|numeric/.test(type)) return 999;
  if (type === 'boolean') return true;
  if (/timestamp|date/.test(type)) return '2001-02-03T04:05:06.000Z';
  if (/json/.test(type)) return { poison: true };
  return type === 'ARRAY' ? ['poison'] : 'poison';
}

function toCamel(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase());
}
