import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Answers, Form } from './form.js';
import { takeTurn } from './form-store.js';
import { answerText } from './read-answers.js';

/** Who is to own what comes of a submission; null: nobody. Those who left get nothing. */
export async function chooseOwner(trx: Knex.Transaction, form: Form, answers: Answers): Promise<Id | null> {
  const { routing } = form.content;
  if (routing.kind === 'nobody') return null;
  if (routing.kind === 'team') return inTurn(trx, form.id, routing.team);
  const user = routing.kind === 'user' ? routing.user : named(routing.users, answerText(answers[routing.field]));
  return user === undefined ? null : ifActive(trx, user);
}

/** Anybody may answer `constructor`, which no form names. */
function named(users: Readonly<Record<string, Id>>, answer: string): Id | undefined {
  return Object.hasOwn(users, answer) ? users[answer] : undefined;
}

async function inTurn(trx: Knex.Transaction, formId: Id, team: Id): Promise<Id | null> {
  const turn = await takeTurn(trx, formId);
  const members = await activeUsers(trx).where({ team_id: team }).orderBy('id').select<{ id: Id }[]>('id');
  return members[turn % Math.max(1, members.length)]?.id ?? null;
}

async function ifActive(trx: Knex.Transaction, id: Id): Promise<Id | null> {
  const user = await activeUsers(trx).where({ id }).first<{ id: Id } | undefined>('id');
  return user?.id ?? null;
}

function activeUsers(trx: Knex.Transaction): Knex.QueryBuilder {
  return trx('core.users').where({ status: 'active' }).whereNull('deleted_at');
}
