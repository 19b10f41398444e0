import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import Koa from 'koa';
import pg from 'pg';

/**
 * Watches what all code of a process shares: a change by one plugin would be a change for everybody. Written with what it kept
 * for itself, by index and without inherited members: the very tools may be what was changed.
 */
export interface IntrinsicsWatch {
  /** Undoes what was changed since the watch began. @returns what it was, all in all: `Object.prototype.isAdmin` */
  undo(): readonly string[];
}

/** Begins to watch. */
export function watchIntrinsics(): IntrinsicsWatch {
  const before = Object.entries(shared).map(([name, target]) => ({ name, target, members: membersOf(target) }));
  const found: string[] = [];
  const undo = (): readonly string[] => {
    for (let index = 0; index < before.length; index += 1) undoOne(before[index] as Snapshot, found);
    return found;
  };
  return { undo };
}

const { ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty, setPrototypeOf, apply } = Reflect;

type Members = Record<PropertyKey, PropertyDescriptor>;

interface Snapshot {
  readonly name: string;
  readonly target: object;
  readonly members: Members;
}

/** Without a prototype, as are the descriptors: one of the changes may be to what all objects inherit. */
function membersOf(target: object): Members {
  const members = { __proto__: null } as unknown as Members;
  const keys = ownKeys(target);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as PropertyKey;
    const descriptor = getOwnPropertyDescriptor(target, key);
    if (descriptor === undefined) continue;
    setPrototypeOf(descriptor, null);
    members[key] = descriptor;
  }
  return members;
}

const shared: Readonly<Record<string, object>> = {
  ...prototypesOf({ Object, Function, Array, String, Number, Boolean, Date, RegExp, Error, Promise }),
  ...prototypesOf({ Map, Set, WeakMap, WeakSet, URL, URLSearchParams, Buffer, AbortController, AbortSignal }),
  ...{ Object, Array, Promise, Date, Number, String, JSON, Math, Reflect },
  ...{ http, https, net },
  ...prototypesOf({ IncomingMessage: http.IncomingMessage, ServerResponse: http.ServerResponse, Server: http.Server }),
  ...prototypesOf({ Socket: net.Socket, Koa, 'pg.Client': pg.Client, 'pg.Pool': pg.Pool, 'pg.Query': pg.Query }),
};

function prototypesOf(classes: Readonly<Record<string, { readonly prototype: object }>>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(classes).map(([name, { prototype }]) => [`${name}.prototype`, prototype] as const),
  );
}

function undoOne({ name, target, members }: Snapshot, found: string[]): void {
  const now = membersOf(target);
  compare(ownKeys(members));
  compare(ownKeys(now));

  function compare(keys: readonly PropertyKey[]): void {
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index] as PropertyKey;
      if (isSame(members[key], now[key])) continue;
      put(target, key, members[key]);
      note(found, `${name}.${String(key)}`);
      // Both lists name what was changed; once is enough.
      deleteProperty(now, key);
      const mended = members[key];
      if (mended !== undefined) now[key] = mended;
    }
  }
}

/** Lazy members of Node (a getter that becomes a value at its first use) are no change. */
function isSame(before: PropertyDescriptor | undefined, now: PropertyDescriptor | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  if (before.get !== undefined && now.get === undefined) return isLazy(before, now);
  return isIdentical(before.value, now.value) && before.get === now.get && before.set === now.set;
}

function isLazy({ get, configurable }: PropertyDescriptor, { value }: PropertyDescriptor): boolean {
  if (configurable !== true || get === undefined) return false;
  try {
    return apply(get, globalThis, []) === value;
  } catch {
    return false;
  }
}

/** What cannot be put back is reported all the same. */
function put(target: object, key: PropertyKey, descriptor: PropertyDescriptor | undefined): void {
  if (descriptor === undefined) deleteProperty(target, key);
  else defineProperty(target, key, descriptor);
}

function note(found: string[], change: string): void {
  for (let index = 0; index < found.length; index += 1) if (found[index] === change) return;
  found[found.length] = change;
}

/** `Number.NaN` is a member too. */
function isIdentical(left: unknown, right: unknown): boolean {
  return left === right || (left !== left && right !== right);
}
