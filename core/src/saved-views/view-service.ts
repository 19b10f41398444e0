import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  StaleError,
  ValidationError,
  type Clock,
  type Id,
} from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import { AccessCache } from '../auth/access-cache.js';
import type { Identity } from '../auth/identity.js';
import { requireUser } from '../auth/own-access.js';
import type { Signals } from '../database/signals.js';
import type { Generation } from '../kernel/generation.js';
import { calendarOf, type CompiledEntity, type FilterScope } from '../records/index.js';
import type { WorkspaceSettings } from '../settings/index.js';
import { plainState, type SavedView, type ViewDraft, type ViewState } from './saved-view.js';
import { checkState, knownState } from './view-state.js';
import * as store from './view-store.js';
import type { AskedVersion } from '../kernel/asked-version.js';

/** On whose behalf, and with which entities. */
export interface ViewAsker {
  readonly identity: Identity;
  readonly generation: Pick<Generation, 'entities'>;
}

/** A view with what its reader may know and do. */
export interface ToldView extends SavedView {
  /** Something in it does not exist for the reader and was left out. */
  readonly isReduced: boolean;
  readonly canChange: boolean;
}

/** A change of a view, and of which version. */
export interface ViewPatch extends Partial<Omit<ViewDraft, 'state'>> {
  /** Members that are not given stay as they are. */
  readonly state?: Partial<ViewState>;
  readonly version: AskedVersion;
}

/** Saved views of lists. A view says what to ask for, never what may be seen: the list asks with its reader's rights. */
export interface SavedViews {
  /** Views of an entity's list that the asker has or that are shared with them, by name; answered from memory where it can be. */
  list(asker: ViewAsker, entity: string): Promise<readonly ToldView[]>;
  /** @throws NotFoundError `view_not_found` */
  get(asker: ViewAsker, id: Id): Promise<ToldView>;
  /** @throws ValidationError, ConflictError `too_many_views` */
  create(asker: ViewAsker, entity: string, draft: Partial<ViewDraft> & { readonly name: string }): Promise<ToldView>;
  /** @throws NotFoundError `view_not_found`, ForbiddenError, StaleError, ValidationError */
  update(asker: ViewAsker, id: Id, patch: ViewPatch): Promise<ToldView>;
  /** @throws NotFoundError `view_not_found`, ForbiddenError, StaleError */
  remove(asker: ViewAsker, id: Id, version: AskedVersion): Promise<void>;
  /** @throws NotFoundError `view_not_found`, ForbiddenError */
  restore(asker: ViewAsker, id: Id): Promise<ToldView>;
  /**
   * Lists begin with the view from now on, or no longer: those of the asker, or of a role.
   *
   * @throws NotFoundError `view_not_found`, ForbiddenError, ConflictError `view_not_shared`
   */
  pin(asker: ViewAsker, id: Id, pin: { readonly role: string | null; readonly isOn: boolean }): Promise<void>;
}

/** The saved views of the workspace. */
export const SavedViews: InjectionToken<SavedViews> = Symbol('SavedViews');

/** Right to change views that others share, and to say which one a role sees first. */
export const administerViews = 'core.view:administer';

/** What the service needs from elsewhere. */
export interface ViewParts {
  readonly knex: Knex;
  readonly clock: Clock;
  readonly signals: Signals;
  settings(): WorkspaceSettings;
}

/** Channel on which the database tells that some view changed. */
const viewsChannel = 'trellis_views';

/** Views that somebody may have of one list. */
const maxOwn = 100;

/** Creates the service. */
export function createSavedViews(parts: ViewParts): SavedViews {
  return new DatabaseViews(parts);
}

class DatabaseViews implements SavedViews {
  readonly #parts: ViewParts;
  readonly #kept: AccessCache<string, readonly SavedView[]>;

  constructor(parts: ViewParts) {
    this.#parts = parts;
    this.#kept = new AccessCache(parts.clock, parts.signals, viewsChannel);
  }

  async list(asker: ViewAsker, entity: string): Promise<readonly ToldView[]> {
    const { identity } = asker;
    if (identity.userId === null) return [];
    const reader = readerOf(identity);
    const key = [entity, reader.userId, reader.roleKey, ...reader.teamIds].join(' ');
    const views = await this.#kept.get(key, () => store.readViews(this.#parts.knex, entity, reader));
    return views.flatMap((view) => this.#told(asker, view) ?? []);
  }

  get(asker: ViewAsker, id: Id): Promise<ToldView> {
    return this.#find(asker, id);
  }

  async create(
    asker: ViewAsker,
    entityId: string,
    draft: Partial<ViewDraft> & { readonly name: string },
  ): Promise<ToldView> {
    const { identity } = asker;
    const { knex, clock } = this.#parts;
    const entity = readableEntity(asker, entityId);
    if (entity === undefined) throw invalid('/entity', 'unknown_entity', 'is no entity with a list');
    const { name, visibility = 'private', state = plainState } = draft;
    checkState(this.#scope(identity), entity, state);
    const owner = requireUser(identity.userId);
    if ((await store.countViews(knex, entityId, owner)) >= maxOwn) throw new ConflictError('too_many_views');
    const view = { entity: entityId, name, visibility, state, owner, team: teamFor(identity, visibility) };
    const id = await store.insertView(knex, view, clock.now());
    return this.#changed(asker, id);
  }

  async update(asker: ViewAsker, id: Id, { version, state, ...patch }: ViewPatch): Promise<ToldView> {
    const { identity, generation } = asker;
    const { entity: entityId } = await this.#changeable(asker, id);
    const entity = generation.entities.get(entityId);
    if (state !== undefined && entity !== undefined)
      checkState(this.#scope(identity), entity, { ...plainState, ...state });
    const team = patch.visibility === undefined ? {} : { team: teamFor(identity, patch.visibility) };
    await this.#write(
      id,
      { ...patch, ...team, ...(state && { state: await this.#merged(identity, id, state) }) },
      version,
    );
    return this.#changed(asker, id);
  }

  async remove(asker: ViewAsker, id: Id, version: AskedVersion): Promise<void> {
    await this.#changeable(asker, id);
    await this.#write(id, { deletedAt: this.#parts.clock.now() }, version);
  }

  async restore(asker: ViewAsker, id: Id): Promise<ToldView> {
    await this.#changeable(asker, id, { isDeleted: true });
    await this.#write(id, { deletedAt: null }, '*');
    return this.#changed(asker, id);
  }

  async pin(
    asker: ViewAsker,
    id: Id,
    { role, isOn }: { readonly role: string | null; readonly isOn: boolean },
  ): Promise<void> {
    const { identity } = asker;
    const { knex } = this.#parts;
    const view = await this.#find(asker, id);
    if (role !== null && identity.reach(administerViews) === null)
      throw new ForbiddenError('forbidden', { permission: administerViews });
    if (role !== null && view.visibility !== 'everyone') throw new ConflictError('view_not_shared');
    const whose = role === null ? { user_id: requireUser(identity.userId) } : { role_key: role };
    await (isOn ? store.putDefault(knex, view.entity, whose, id) : store.removeDefault(knex, whose, id));
    this.#kept.clear();
  }

  /** What whoever changes it cannot see of it stays too. */
  async #merged(identity: Identity, id: Id, state: Partial<ViewState>): Promise<ViewState> {
    const stored = await store.readView(this.#parts.knex, id, readerOf(identity));
    const { layout, where, sort, columns } = { ...(stored?.state ?? plainState), ...state };
    return { layout, where, sort, columns };
  }

  async #changed(asker: ViewAsker, id: Id): Promise<ToldView> {
    this.#kept.clear();
    return this.#find(asker, id);
  }

  async #write(id: Id, change: store.ViewChange, version: AskedVersion): Promise<void> {
    const { knex, clock } = this.#parts;
    const isMade = await store.updateView(knex, id, {
      change,
      version: version === '*' ? null : version,
      now: clock.now(),
    });
    if (!isMade) throw new StaleError('stale_version');
    this.#kept.clear();
  }

  async #find(asker: ViewAsker, id: Id, options = {}): Promise<ToldView> {
    const isId = asker.identity.userId !== null && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
    const view = !isId ? null : await store.readView(this.#parts.knex, id, readerOf(asker.identity), options);
    const told = view === null ? null : this.#told(asker, view);
    if (told === null) throw new NotFoundError('view_not_found');
    return told;
  }

  async #changeable(asker: ViewAsker, id: Id, options = {}): Promise<ToldView> {
    const view = await this.#find(asker, id, options);
    if (!view.canChange) throw new ForbiddenError('forbidden', { permission: administerViews });
    return view;
  }

  /** What is shared is not there for those who may not read the list; what is one's own stays. */
  #told(asker: ViewAsker, view: SavedView): ToldView | null {
    const { identity, generation } = asker;
    const isOwn = view.owner === identity.userId;
    const entity = generation.entities.get(view.entity);
    if (entity === undefined || (!isOwn && readableEntity(asker, view.entity) === undefined)) return null;
    const known = knownState(this.#scope(identity), entity, view.state);
    return { ...view, ...known, canChange: isOwn || identity.reach(administerViews) !== null };
  }

  #scope(identity: Identity): FilterScope {
    const { clock, settings } = this.#parts;
    return { identity, elevatedFor: null, calendar: () => calendarOf(identity, clock.now(), settings()) };
  }
}

function readerOf({ userId, teamIds, roleKey }: Identity): store.ViewReader {
  return { userId: requireUser(userId), teamIds, roleKey };
}

function readableEntity({ identity, generation }: ViewAsker, id: string): CompiledEntity | undefined {
  return identity.reach(`${id}:read` as `${string}:${string}`) === null ? undefined : generation.entities.get(id);
}

/** @throws ValidationError for somebody without a team */
function teamFor({ teamId }: Identity, visibility: ViewDraft['visibility']): Id | null {
  if (visibility !== 'team') return null;
  if (teamId === null) throw invalid('/visibility', 'no_team', 'needs a team, and you are in none');
  return teamId;
}

function invalid(pointer: string, code: string, message: string): ValidationError {
  return new ValidationError('not_valid', {}, { errors: [{ pointer, code, message }] });
}
