import { ruleName } from '../../exceptions/rules/rule-name.js';
import { Exceptions } from '../../exceptions/index.js';
import type { PageCall } from '../page-call.js';

/** What the rules in force are called in the reader's language, by id. */
export async function namesOfRules(call: PageCall): Promise<ReadonlyMap<string, string>> {
  const rules = await call.workspace.container.resolve(Exceptions).rules(call.request.generation);
  return new Map(rules.map((rule) => [rule.id, ruleName(rule, call.t)]));
}
