import {
  isTrellisError,
  PluginError,
  type EntityDefinition,
  type PageMap,
  type PluginDefinition,
  type RouteMap,
} from '@trellis-crm/sdk';
import { Cron } from 'croner';
import type { Registrations } from './registrations.js';

/** Paths of core: no plugin may be called like one of them, or its pages would hide core's. */
export const reservedIds: ReadonlySet<string> = new Set([
  ...[
    'core',
    'trellis',
    'sdk',
    'api',
    'assets',
    'dev',
    'live',
    'healthz',
    'readyz',
    'login',
    'logout',
    'setup',
    'invitation',
    'reset',
  ],
  ...[
    'home',
    'inbox',
    'mails',
    'me',
    'search',
    'settings',
    'plugins',
    'marketplace',
    'imports',
    'jobs',
    'events',
    'dead-letters',
    'demo-data',
    'session',
  ],
  ...[
    'accounts',
    'contacts',
    'activities',
    'users',
    'teams',
    'roles',
    'openapi',
    'files',
    'portal',
    'admin',
    'static',
    'favicon',
  ],
]);

/** What a plugin may be called. */
export const pluginIdPattern = /^[a-z][a-z0-9-]{2,30}$/;

/**
 * Checks what a module registered against the rules that need no other module.
 * @throws PluginError naming the first thing that is wrong and how to mend it
 */
export function checkRegistrations(module: Registrations): void {
  checkOwnIds(module);
  for (const entity of module.definition.entities ?? []) checkEntity(module.module, entity);
  for (const routes of module.routes) checkPaths(module.module, routes);
  for (const pages of module.pages) checkPaths(module.module, pages);
  checkUnique(module);
  checkEvents(module);
  for (const { name, schedule } of module.jobs) checkJob(module.module, name, schedule.cron);
}

/** An error of a plugin's declaration, with the plugin's name in the text. */
export function declarationError(module: string, code: string, problem: string, cause?: unknown): PluginError {
  return new PluginError(code, { module }, { message: `Plugin ${module}: ${problem}`, cause });
}

/** Gives any error thrown while a module registers the module's name. */
export function asDeclarationError(module: string, error: unknown): PluginError {
  if (isTrellisError(error) && error.kind === 'plugin') return error as PluginError;
  const reason = error instanceof Error ? error.message : String(error);
  return declarationError(module, 'registration_failed', `its register() threw: ${reason}`, error);
}

function checkOwnIds({ module, definition, providers }: Registrations): void {
  const ids: readonly (readonly [string, string])[] = [
    ...(definition.entities ?? []).map(({ id }) => ['entity', id] as const),
    ...(definition.emits ?? []).map(({ id }) => ['event', id] as const),
    ...(definition.slots ?? []).map(({ id }) => ['slot', id] as const),
    ...(definition.points ?? []).map(({ id }) => ['extension point', id] as const),
    ...Object.keys(definition.permissions ?? {}).map((key) => ['permission', key] as const),
    ...providers.map(({ contract }) => ['contract', contract.id] as const),
  ];
  for (const [kind, id] of ids) {
    if (id.startsWith(`${module}.`)) continue;
    throw declarationError(module, 'foreign_id', `${kind} "${id}" must begin with "${module}."`);
  }
}

const nounPattern = /^[a-z][a-z0-9_]*$/;
const pluralPattern = /^[a-z][a-z0-9_-]*$/;

function checkEntity(module: string, entity: EntityDefinition): void {
  if (!nounPattern.test(entity.noun) || !pluralPattern.test(entity.plural)) {
    throw declarationError(
      module,
      'invalid_name',
      `entity "${entity.id}" and its plural "${entity.plural}" must be snake_case`,
    );
  }
  if (!(entity.title in entity.fields)) {
    throw declarationError(
      module,
      'unknown_title',
      `entity "${entity.id}" has no field "${entity.title}" to take its title from`,
    );
  }
}

const pathPattern = /^\/(?::?[a-zA-Z][a-zA-Z0-9_-]*(?:\/:?[a-zA-Z][a-zA-Z0-9_-]*)*)?$/;

function checkPaths(module: string, map: RouteMap | PageMap): void {
  const entries: readonly [string, { readonly access: unknown; readonly params?: unknown }][] = Object.entries(map);
  for (const [key, { access, params }] of entries) {
    const problem = pathProblem(key) ?? accessProblem(access) ?? paramProblem(key, Object.keys(params ?? {}));
    if (problem !== undefined) throw declarationError(module, problem.code, `"${key}" ${problem.text}`);
  }
}

interface PathProblem {
  readonly code: string;
  readonly text: string;
}

function pathProblem(key: string): PathProblem | undefined {
  const [method = '', path = ''] = key.split(' ');
  if (/^(GET|POST|PUT|PATCH|DELETE)$/.test(method) && pathPattern.test(path)) return undefined;
  return {
    code: 'invalid_path',
    text: 'is not METHOD /path with segments of letters, digits and "-", parameters as ":name"',
  };
}

/** Types demand it, but a plugin may be written in JavaScript. */
function accessProblem(access: unknown): PathProblem | undefined {
  if (typeof access === 'string' && access !== '') return undefined;
  return { code: 'access_missing', text: 'says nobody may call it: give it an access' };
}

function paramProblem(key: string, described: readonly string[]): PathProblem | undefined {
  const stray = described.find((name) => !key.split(/[ /]/).includes(`:${name}`));
  if (stray === undefined) return undefined;
  return { code: 'unknown_param', text: `describes a parameter "${stray}" that its path does not have` };
}

function checkUnique(module: Registrations): void {
  for (const [kind, names] of Object.entries({ ...declaredNames(module.definition), ...registeredNames(module) })) {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      throw declarationError(module.module, 'declared_twice', `${kind} "${twice}" is declared twice`);
  }
}

type Names = Readonly<Record<string, readonly string[]>>;

function declaredNames({ entities = [], emits = [], slots = [], points = [], extend = [] }: PluginDefinition): Names {
  return {
    entity: entities.map(({ id }) => id),
    plural: entities.map(({ plural }) => plural),
    event: emits.map(({ id }) => id),
    slot: slots.map(({ id }) => id),
    'extension point': points.map(({ id }) => id),
    'extension of': extend.map(({ entity }) => entity.id),
  };
}

function registeredNames(module: Registrations): Names {
  return {
    route: module.routes.flatMap((map) => Object.keys(map)),
    page: module.pages.flatMap((map) => Object.keys(map)),
    panel: module.panels.map(({ panel }) => panel.id),
    subscription: module.subscriptions.map(({ name }) => name),
    job: module.jobs.map(({ name }) => name),
    contract: module.providers.map(({ contract }) => contract.id),
  };
}

const recordChanges = ['created', 'updated', 'trashed', 'restored', 'purged', 'merged'];

/** A plugin listens to its own events as declared; those of others may be absent. */
function checkEvents({ module, definition, subscriptions, live }: Registrations): void {
  const own = new Set([
    ...(definition.emits ?? []).map(({ id }) => id),
    ...(definition.entities ?? []).flatMap(({ id }) => recordChanges.map((change) => `${id}-${change}`)),
  ]);
  const listened = [...subscriptions, ...live].map(({ event }) => event.id).filter((id) => id.startsWith(`${module}.`));
  const unknown = listened.find((id) => !own.has(id));
  if (unknown !== undefined)
    throw declarationError(
      module,
      'unknown_event',
      `listens to "${unknown}", which it does not emit: list it in emits`,
    );
}

function checkJob(module: string, name: string, cron: string | undefined): void {
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw declarationError(module, 'invalid_name', `job "${name}" must be kebab-case`);
  if (cron === undefined) return;
  try {
    new Cron(cron, { paused: true, mode: '5-part' });
  } catch (error) {
    throw declarationError(
      module,
      'invalid_cron',
      `job "${name}" has the schedule "${cron}", which is not five-field cron`,
      error,
    );
  }
}
