import { Type, type TString } from '@sinclair/typebox';

/** Identity of a record: a UUIDv7 in lower-case text form. */
export type Id = string;

/** JSON Schema of an {@link Id}, for params, bodies and event payloads. */
export const Uuid: TString = Type.String({ format: 'uuid' });

/** A record of any entity, as links name it. */
export interface Link {
  /** Like `core.account`. */
  readonly entity: string;
  readonly id: Id;
}

/** A file as a record names it. What it says never changes: another file has another id. */
export interface StoredFile {
  readonly id: Id;
  /** Without a path, at most 200 characters. */
  readonly name: string;
  /** Media type, found out from its content: `application/pdf`. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
}

/** An amount in one currency. `amount` is a decimal string with at most 4 decimals, never a float; `currency` an ISO 4217 code. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** JSON Schema of {@link Money}. */
export const MoneySchema = Type.Object(
  {
    amount: Type.String({ pattern: '^-?[0-9]{1,15}(\\.[0-9]{1,4})?$' }),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  },
  { additionalProperties: false },
);
