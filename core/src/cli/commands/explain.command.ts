import { StartError } from '@trellis-crm/config';
import { Argument, Command } from 'commander';
import type { ExplainedVerb, StatementPlan } from '../../records/explain/explain-statements.js';
import type { CliContext } from '../cli-context.js';
import { findEntity } from './find-entity.js';

/** `trellis explain <entity> <verb>`: the SQL of an entity's records by reach, and how PostgreSQL runs it. */
export function explainCommand(cli: CliContext): Command {
  return new Command('explain')
    .summary('show the SQL of an entity, and its plans')
    .description('Shows each statement that reads or writes the records of an entity, by reach, with its generic plan.')
    .argument('<entity>', 'core.contact, contact, or its path: contacts')
    .addArgument(new Argument('<verb>', 'what the statements are for').choices(verbs))
    .action((entity: string, verb: ExplainedVerb) => explain(cli, entity, verb));
}

const verbs: readonly ExplainedVerb[] = ['list', 'read', 'create', 'update', 'delete', 'import', 'count', 'search'];

async function explain(cli: CliContext, name: string, verb: ExplainedVerb): Promise<void> {
  const workspace = await cli.workspace();
  const { planStatements, statementsOf } = await import('../../records/explain/explain-statements.js');
  const { entities } = workspace.generation();
  const entity = findEntity(entities, name);
  const { knex } = workspace.database;
  const statements = await planStatements(knex, statementsOf(entities, entity, verb, knex));
  if (statements.length === 0)
    throw new StartError(`There is no statement for ${verb}`, {
      reason: `nothing of ${entity.definition.id} is searched`,
      fix: 'declare a field of it with `search: true`',
    });
  cli.output.result({ entity: entity.definition.id, verb, statements }, () => statements.flatMap(toLines));
}

function toLines({ name, text, plan }: StatementPlan): string[] {
  return [`-- ${name}`, `${text};`, ...plan.map((line) => `--   ${line}`), ''];
}
