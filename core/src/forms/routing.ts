import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Answers, Form } from './form.js';
import { takeTurn } from './form-store.js';
import { answerText, type BoxWords } from './read-answers.js';

/** Who is to own what comes of a submission; null: nobody. Those who left get nothing. */
export async function chooseOwner(
  trx: Knex.Transaction,
  form: Form,
  answers: Answers,
  words: BoxWords,
): Promise<Id | null> {
  const { routing } = form.content;
  if (routing.kind === 'nobody') return null;
  if (routing.kind === 'team') return inTurn(trx, form.id, routing.team);
  const user = routing.kind === 'user' ? routing.user : named(routing.users, namesOf(answers[routing.field], words));
  return user === undefined ? null : ifActive(trx, user);
}

/** Anybody may answer `constructor`, which no form names. */
function named(users: Readonly<Record<string, Id>>, answers: readonly string[]): Id | undefined {
  const answer = answers.find((one) => Object.hasOwn(users, one));
  return answer === undefined ? undefined : users[answer];
}

/** A box is named in the workspace's language, as the API says it, or as older rules do. */
function namesOf(answer: Answers[string] | undefined, words: BoxWords): readonly string[] {
  const names = [answerText(answer, words), answerText(answer)];
  return typeof answer === 'boolean' ? [...names, String(answer)] : names;
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
