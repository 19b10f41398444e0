import type { Id } from '@trellis-crm/sdk';
import { createTestHost, type CoreTestHost } from '@trellis-crm/core/testing';
import type { TestUser } from '@trellis-crm/sdk/testing';
import type { Endpoint, Generation } from '../../../core/dist/kernel/generation.js';
import type { ActorName } from '../policy/actors.js';
import { changedGrants } from '../policy/grants.js';
import { createActors, type Actor, type Teams } from './actors.js';
import { openClient, type Client } from './http.js';
import { pluginFolder, realPluginFolder } from './plugin-folder.js';
import { watchRows, type RowChanges } from './row-changes.js';

/** A workspace with everybody who asks, everybody who owns, and an eye on its rows. */
export interface World {
  readonly host: CoreTestHost;
  readonly client: Client;
  readonly changes: RowChanges;
  readonly teams: Teams;
  readonly actors: ReadonlyMap<ActorName, Actor>;
  /** Who owns the records of others: in the manager's team, in the team below, and in one beside. */
  readonly owners: { readonly team: TestUser; readonly subtree: TestUser; readonly other: TestUser };
  readonly generation: Generation;
  /** Every route of core and the plugins, `METHOD /path` first. */
  readonly inventory: ReadonlyMap<string, Endpoint>;
  actor(name: ActorName): Actor;
  close(): Promise<void>;
}

/** A world with sales and the fixture `lab`, whose entities have every kind of field, narrow rights and hidden fields. */
export async function createLabWorld(): Promise<World> {
  return createWorld([await realPluginFolder('sales'), await pluginFolder('lab')]);
}

/** Starts a host with plugins and fills it. */
export async function createWorld(plugins: readonly (URL | string)[]): Promise<World> {
  const host = await createTestHost({ plugins });
  const teams = await createTeams(host);
  const owners = {
    team: await host.buildUser({ name: 'Mate', role: 'user', teamId: teams.test }),
    subtree: await host.buildUser({ name: 'Junior', role: 'user', teamId: teams.child }),
    other: await host.buildUser({ name: 'Stranger', role: 'user', teamId: teams.foreign }),
  };
  for (const { role, right, reach } of changedGrants)
    await host.as(host.admin).request('PUT', `/api/v1/roles/${role}/grants`, { grants: { [right]: reach } });
  const actors = await createActors(host, teams);
  const generation = host.workspace.generation();
  const client = openClient(host.url);
  const changes = await watchRows(host.database.url);
  return {
    ...{ host, client, changes, teams, actors, owners, generation },
    inventory: new Map(generation.endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint])),
    actor(name) {
      const actor = actors.get(name);
      if (actor === undefined) throw new Error(`there is no actor ${name}`);
      return actor;
    },
    async close() {
      client.close();
      await changes.close();
      await host.close();
    },
  };
}

/** The team of the host's people, one below it, one beside it. */
async function createTeams(host: CoreTestHost): Promise<Teams> {
  const test = host.manager.teamId;
  if (test === null) throw new Error('the host has no team');
  const child = await host.buildTeam({ name: 'Child team', parent: test });
  const foreign = await host.buildTeam({ name: 'Foreign team' });
  return { test, child: child.id, foreign: foreign.id };
}

/** Id of nothing. */
export function absentId(): Id {
  return crypto.randomUUID();
}
