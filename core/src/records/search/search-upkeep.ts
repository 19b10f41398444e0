import { NotFoundError, type Clock } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import type { InjectionToken } from 'tsyringe';
import type { Identity } from '../../auth/identity.js';
import { enqueueJob } from '../../jobs/job-queue.js';
import type { Generation } from '../../kernel/generation.js';
import { rebuildSearch } from './rebuild-search.js';
import { noteSearchedFields, restartBuild } from './search-builds.js';

/** Keeps the search rows what the active modules declare: their own fields are found, those of modules that left are not. */
export interface SearchUpkeep {
  /** Looks which entities are searched by other fields than before, and has their rows made anew by a job. */
  note(): Promise<void>;
  /** Makes the rows that wait for it; the job. */
  rebuild(): Promise<void>;
  /**
   * Makes the rows of one entity or of all anew, here and now.
   * @throws NotFoundError `entity_not_searched`
   */
  rebuildFromScratch(entity: string | null, onProgress: (entity: string, done: number) => void): Promise<void>;
}

/** The upkeep of a workspace, in its container. */
export const SearchUpkeep: InjectionToken<SearchUpkeep> = Symbol('SearchUpkeep');

/** Name of the job of core. */
export const rebuildJob = 'rebuild-search';

/** What the upkeep needs. */
export interface UpkeepParts {
  readonly database: { readonly work: Knex };
  readonly clock: Clock;
  readonly log: BaseLogger;
  generation(): Generation;
  /** Whoever may read everything. */
  identity(): Identity;
}

/** Other processes serve a new generation within a second; until then they write rows of the fields before. */
const settleMs = 5000;

/** Wires the upkeep of a workspace. */
export function createSearchUpkeep(parts: UpkeepParts): SearchUpkeep {
  const knex = parts.database.work;
  const scope = () => ({
    generation: parts.generation(),
    identity: parts.identity(),
    elevatedFor: null,
    phoneCountry: null,
  });
  let last = Promise.resolve();
  return {
    note() {
      const generation = parts.generation();
      last = last.then(() => noteOne(parts, generation));
      return last;
    },
    rebuild: () => rebuildSearch({ knex, scope: scope() }),
    async rebuildFromScratch(id, onProgress) {
      const searched = [...parts.generation().entities.values()].filter(({ search }) => search !== null);
      const chosen = id === null ? searched : searched.filter(({ definition }) => definition.id === id);
      if (chosen.length === 0)
        throw new NotFoundError(
          'entity_not_searched',
          { entity: id },
          { message: `Search knows no entity "${id ?? ''}"` },
        );
      for (const entity of chosen) await restartBuild(knex, entity, parts.generation().number);
      await rebuildSearch({ knex, scope: scope(), onProgress });
    },
  };
}

async function noteOne({ database, clock, log }: UpkeepParts, generation: Generation): Promise<void> {
  try {
    if (!(await noteSearchedFields(database.work, generation))) return;
    const runAt = new Date(clock.now().getTime() + settleMs);
    await enqueueJob(database.work, { module: 'core', name: rebuildJob, payload: {}, key: rebuildJob, runAt });
  } catch (error) {
    log.warn({ err: error }, 'search could not be brought up to date; the next start tries again');
  }
}
