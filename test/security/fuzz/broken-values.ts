import fc from 'fast-check';
import { anyJson, anyText } from './naughty.js';

/** A value with one rule broken somewhere: a part replaced, left out, or one too many. */
export function brokenValue(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.tuple(valid, fc.nat(), breakage()).map(([value, place, change]) => breakAt(value, place, change));
}

interface Breakage {
  readonly verb: 'replace' | 'remove' | 'add';
  readonly name: string;
  readonly value: unknown;
}

function breakage(): fc.Arbitrary<Breakage> {
  return fc.record({
    verb: fc.constantFrom('replace', 'replace', 'remove', 'add'),
    name: fc.constantFrom('unknown', 'id', 'version', 'deletedAt', 'constructor', 'owner_id', 'custom', '', 'sales'),
    value: fc.oneof(anyJson(), anyText(25_000), fc.constantFrom(1e21, -1e21, 0.1, 2 ** 31, 2 ** 53)),
  });
}

type Container = Record<string, unknown> | unknown[];

function breakAt(value: unknown, place: number, change: Breakage): unknown {
  const copy = structuredClone(value);
  const spots = spotsOf(copy);
  const spot = spots[place % Math.max(1, spots.length)];
  if (spot === undefined) return change.value;
  apply(spot, change);
  return copy;
}

interface Spot {
  readonly parent: Container;
  readonly key: string;
}

/** Every part of a value, by where it hangs. */
function spotsOf(value: unknown): readonly Spot[] {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Container;
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...spotsOf(Reflect.get(parent, key))]);
}

function apply({ parent, key }: Spot, { verb, name, value }: Breakage): void {
  if (verb === 'replace') Reflect.set(parent, key, value);
  else if (verb === 'remove') Reflect.deleteProperty(parent, key);
  else Reflect.set(parent, Array.isArray(parent) ? parent.length : name, value);
}
