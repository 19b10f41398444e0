import { isFilterGroup, type Problem } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../compiled-entity.js';
import type { ReadScope } from '../record-scope.js';
import { allOf, anyOf, sql, type Sql } from '../sql.js';
import { compileCondition, conditionOperators, findCondition, type ConditionTarget } from './condition-target.js';
import type { Asker } from './read-values.js';

/** Groups in groups at most. */
export const maxDepth = 5;
/** Conditions and groups of one filter at most. */
export const maxNodes = 60;
/** Values of one condition at most. */
export const maxChoices = 200;

/** Who asks, with the rights that decide which fields there are. */
export type FilterScope = Asker & Pick<ReadScope, 'elevatedFor'>;

/**
 * A filter tree as SQL, whatever it holds: it may come from outside. A field that the actor may not see is none.
 *
 * @param refuse told what is wrong, each with a JSON pointer into the tree
 * @returns undefined when anything was refused
 */
export function compileTree(
  scope: FilterScope,
  entity: CompiledEntity,
  tree: unknown,
  refuse: (problem: Problem) => void,
): Sql | undefined {
  return new TreeCompiler(scope, entity, refuse).compile(tree);
}

/** Compiles one tree and counts what it is made of. */
class TreeCompiler {
  #nodes = 0;
  #isRefused = false;

  constructor(
    private readonly scope: FilterScope,
    private readonly entity: CompiledEntity,
    private readonly refuse: (problem: Problem) => void,
  ) {}

  compile(tree: unknown): Sql | undefined {
    const compiled = this.#node(tree, '', 0);
    return this.#isRefused ? undefined : compiled;
  }

  #node(node: unknown, pointer: string, depth: number): Sql {
    this.#nodes += 1;
    if (this.#nodes > maxNodes) return this.#wrong(pointer, 'too_many', `at most ${maxNodes} conditions and groups`);
    if (!isObject(node)) return this.#wrong(pointer, 'not_an_object', 'must be a condition or a group');
    return isFilterGroup(node) ? this.#group(node, pointer, depth) : this.#condition(node, pointer);
  }

  #group(group: Node, pointer: string, depth: number): Sql {
    const [name = '', ...others] = Object.keys(group);
    if (others.length > 0)
      return this.#wrong(pointer, 'not_one_of', 'must have either "all" or "any", and nothing else');
    const place = `${pointer}/${name}`;
    const nodes = group[name];
    if (depth >= maxDepth) return this.#wrong(place, 'too_deep', `at most ${maxDepth} groups in each other`);
    if (!Array.isArray(nodes)) return this.#wrong(place, 'not_a_list', 'must be a list of conditions and groups');
    if (name === 'any' && nodes.length === 0) return this.#wrong(place, 'empty', 'needs at least one condition');
    const parts = this.#nodesOf(nodes, place, depth + 1);
    return name === 'any' ? anyOf(parts) : allOf(parts);
  }

  #nodesOf(nodes: readonly unknown[], place: string, depth: number): readonly Sql[] {
    const parts: Sql[] = [];
    for (const [index, node] of nodes.entries()) {
      if (this.#nodes > maxNodes) break;
      parts.push(this.#node(node, `${place}/${index}`, depth));
    }
    return parts;
  }

  #condition(condition: Node, pointer: string): Sql {
    const { field } = condition;
    const unknown = Object.keys(condition).find((name) => !members.has(name));
    if (unknown !== undefined)
      return this.#wrong(`${pointer}/${unknown}`, 'unknown_member', 'is no part of a condition');
    const target = typeof field === 'string' ? findCondition(this.scope, this.entity, field) : undefined;
    if (target === undefined) return this.#wrong(`${pointer}/field`, 'unknown_field', 'is no field to filter by');
    return this.#comparison(target, condition, pointer);
  }

  #comparison(target: ConditionTarget, { op = 'eq', value }: Node, pointer: string): Sql {
    const operator = conditionOperators(target).find((known) => known === op);
    if (operator === undefined) return this.#wrong(`${pointer}/op`, 'unknown_operator', 'is no operator of this field');
    if (Array.isArray(value) && value.length > maxChoices)
      return this.#wrong(`${pointer}/value`, 'too_many', `at most ${maxChoices} values`);
    const compiled = compileCondition({ target, operator, value }, this.scope);
    return compiled ?? this.#wrong(`${pointer}/value`, 'wrong_value', 'cannot be compared with this value');
  }

  /** @returns what stands for it until the whole is refused */
  #wrong(pointer: string, code: string, message: string): Sql {
    this.#isRefused = true;
    this.refuse({ pointer, code, message });
    return sql('false');
  }
}

type Node = Readonly<Record<string, unknown>>;

const members: ReadonlySet<string> = new Set(['field', 'op', 'value']);

function isObject(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
