import { randomFrom } from '../../support/scale.js';
import type { Row } from '../policy/row.js';
import { hiddenFields } from '../policy/grants.js';
import type { Endpoint } from '../../../core/dist/kernel/generation.js';
import { withNewCredentials, type Actor } from './actors.js';
import { reachOf, verdictOf, type Relation, type Verdict } from './expectation.js';
import type { Answer } from './http.js';
import { Records, type Target } from './records.js';
import { requestOf } from './requests.js';
import { isNoise, type RowChange } from './row-changes.js';
import { sameAnswer } from './same-answer.js';
import { ownThing } from './special-requests.js';
import { absentId, type World } from './world.js';

/** One question: may this actor do this to such a record? */
export interface Cell {
  readonly key: string;
  readonly endpoint: Endpoint;
  readonly row: Row;
  readonly actor: Actor;
  readonly relation: Relation;
}

/** An answer of the server that the policy does not give. */
export interface Finding {
  readonly cell: string;
  readonly expected: Verdict;
  readonly problem: string;
}

/** Relations a route is asked about. */
function relationsOf({ generation }: World, row: Row): readonly Relation[] {
  if (row.kind === 'own') return ['own', 'other', 'absent'];
  if (!('entity' in row)) return ['none'];
  const isOwned = generation.entities.get(row.entity)?.definition.owned === true;
  if (row.kind === 'create') return isOwned ? owned : ['none'];
  return isOwned ? [...owned, 'deleted', 'absent'] : ['other', 'deleted', 'absent'];
}

const owned: readonly Relation[] = ['own', 'team', 'subtree', 'other'];

/** Every cell of a policy over the running routes. */
export function cellsOf(world: World, policy: Readonly<Record<string, Row>>): readonly Cell[] {
  const isAskable = ({ actor, relation }: Cell): boolean =>
    actor.userId !== null || (relation !== 'own' && relation !== 'deleted');
  return [...world.inventory].flatMap(([key, endpoint]) => {
    const row = policy[key];
    if (row === undefined) return [];
    const relations = relationsOf(world, row);
    const cells = [...world.actors.values()].flatMap((actor) =>
      relations.map((relation): Cell => ({ key, endpoint, row, actor, relation })),
    );
    return cells.filter(isAskable);
  });
}

/** A seeded choice of cells in which every route occurs with `perRoute` of its own. */
export function sampleCells(cells: readonly Cell[], perRoute: number, seed: number): readonly Cell[] {
  const random = randomFrom(seed);
  return [...Map.groupBy(cells, ({ key }) => key).values()].flatMap((ofRoute) => {
    const left = [...ofRoute];
    const chosen: Cell[] = [];
    while (chosen.length < perRoute && left.length > 0)
      chosen.push(...left.splice(Math.floor(random() * left.length), 1));
    return chosen;
  });
}

/** Asks cells one after the other: what a request changed must be known before the next begins. */
export class Matrix {
  readonly findings: Finding[] = [];
  /** How often each verdict was expected. */
  readonly counts: Record<Verdict, number> = { unknown: 0, forbidden: 0, hidden: 0, allowed: 0 };
  /** Allowed writes that the slot saw: proof that it sees. */
  seenWrites = 0;
  readonly #records: Records;
  readonly #absent = new Map<string, Promise<Answer>>();

  constructor(private readonly world: World) {
    this.#records = new Records(world);
  }

  async ask(cell: Cell): Promise<void> {
    const verdict = this.#verdict(cell);
    this.counts[verdict] += 1;
    const isWrite = cell.endpoint.method !== 'GET';
    const target = await this.#target(cell, verdict === 'allowed' && isWrite);
    const asked = await this.#withCredentials(cell);
    await this.#records.inputs();
    // What the request before switched has consequences that are not of this one.
    await this.world.host.workspace.whenNoted();
    await this.world.changes.take();
    const answer = await this.#send(asked, target);
    const effects = (await this.world.changes.take()).filter((change) => !isNoise(change));
    if (verdict === 'allowed' && isWrite && effects.length > 0) this.seenWrites += 1;
    const problems = [
      statusProblem(cell, verdict, answer),
      effectProblem(verdict, isWrite, effects),
      await this.#tellsExistence(cell, verdict, { answer, target }),
      this.#showsHidden(cell, answer),
    ];
    for (const problem of problems.filter((found) => found !== null))
      this.findings.push({ cell: nameOf(cell), expected: verdict, problem });
  }

  #verdict({ row, actor, relation, endpoint }: Cell): Verdict {
    const entity = 'entity' in row ? row.entity : '';
    const belonging = this.#records.belonging(entity, relation, actor);
    return verdictOf({ row, actor, relation, belonging, surface: endpoint.surface, method: endpoint.method });
  }

  async #target({ key, row, actor, relation, endpoint }: Cell, isFresh: boolean): Promise<Target | null> {
    if (row.kind === 'own') return this.#ownTarget(key, relation, actor);
    if (row.kind === 'create')
      return { id: absentId(), relation, ...this.#records.belonging(row.entity, relation, actor) };
    if (row.kind === 'record' || row.kind === 'form' || row.kind === 'trashed')
      return this.#records.target(row.entity, relation, actor, { isTrashed: row.kind === 'trashed', isFresh });
    if (!/\/users\/:id/.test(endpoint.path)) return null;
    return this.#records.target('core.user', 'none', actor, { isTrashed: false, isFresh });
  }

  async #ownTarget(key: string, relation: Relation, actor: Actor): Promise<Target> {
    const { host, owners } = this.world;
    const owner = relation === 'own' && actor.userId !== null ? actor.userId : owners.other.userId;
    const id = relation === 'absent' ? absentId() : await ownThing(host, key, owner);
    return { id, relation, owner, team: null };
  }

  async #send(cell: Cell, target: Target | null): Promise<Answer> {
    const entity = 'entity' in cell.row ? cell.row.entity : null;
    return this.world.client.send(requestOf({ ...cell, target, entity, inputs: await this.#records.inputs() }));
  }

  async #withCredentials(cell: Cell): Promise<Cell> {
    const isDisposable = 'needs' in cell.row && cell.row.needs === 'disposable';
    return isDisposable ? { ...cell, actor: await withNewCredentials(this.world.host, cell.actor) } : cell;
  }

  /** Whoever may not know of a record gets the answer of one that is not there, word for word. */
  async #tellsExistence(
    cell: Cell,
    verdict: Verdict,
    { answer, target }: { readonly answer: Answer; readonly target: Target | null },
  ): Promise<string | null> {
    if (target === null || !isSilent(cell, verdict)) return null;
    const key = `${cell.key} ${cell.actor.name}`;
    const absent = { ...target, id: absentId() };
    const reference = this.#absent.get(key) ?? this.#send(cell, absent);
    this.#absent.set(key, reference);
    const difference = sameAnswer(answer, await reference);
    return difference === null ? null : `tells that the record exists: ${difference}`;
  }

  #showsHidden({ row, actor }: Cell, { status, text }: Answer): string | null {
    const entity = 'entity' in row ? row.entity : '';
    const shown = (hiddenFields[entity] ?? []).filter((path) => {
      const isReadable = reachOf(actor, `${entity}.${path}:read`) !== null || actor.preset === 'manager';
      return !isReadable && status < 300 && text.includes(`"${path.split('.').at(-1) ?? ''}":`);
    });
    return shown.length > 0 ? `shows ${shown.join(', ')}` : null;
  }
}

/** Whether the answer must not depend on the record: it is hidden, or the actor lacks the right altogether. */
function isSilent({ row, actor }: Cell, verdict: Verdict): boolean {
  if (verdict === 'hidden' || verdict === 'unknown') return true;
  return verdict === 'forbidden' && 'entity' in row && 'right' in row && reachOf(actor, row.right) === null;
}

function statusProblem({ row, endpoint }: Cell, verdict: Verdict, { status, headers, text }: Answer): string | null {
  const isPage = endpoint.surface === 'page';
  // A form that was refused comes back with the reason beside it.
  const refusals = isPage && endpoint.method === 'POST' ? [403, 422] : [403];
  const wanted = { unknown: [isPage ? 303 : 401], forbidden: refusals, hidden: [404], allowed: row.answers }[verdict];
  const isAstray = status === 303 && verdict === 'unknown' && !String(headers.location).startsWith('/login');
  if (wanted.includes(status) && !isAstray) return null;
  return `answers ${status} instead of ${wanted.join(' or ')}: ${text.slice(0, 200).replaceAll('\n', ' ')}`;
}

function effectProblem(verdict: Verdict, isWrite: boolean, effects: readonly RowChange[]): string | null {
  // Who took a list along is noted; nothing of it when they may not.
  const unexpected = effects.filter(({ table }) => verdict !== 'allowed' || table !== 'core.exports');
  if (unexpected.length === 0 || (verdict === 'allowed' && isWrite)) return null;
  const rows = unexpected.map(({ table, verb, row }) => `${verb} ${table} (${row.slice(0, 200)})`);
  return `${isWrite ? 'changes rows although it is refused' : 'changes rows although it only reads'}: ${[...new Set(rows)].join(', ')}`;
}

/** How a cell is told to people. */
export function nameOf({ key, actor, relation }: Cell): string {
  return `${key} as ${actor.name} on ${relation}`;
}
