import { MalformedError, NotFoundError, type Id } from '@trellis-crm/sdk';
import type { EndpointRequest } from '../http/endpoint.js';
import type { CallRunner } from '../kernel/call-runner.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { readRecord } from '../records/get-records.js';
import { loadTitles } from '../records/load-titles.js';
import { recordScope, type RecordScope } from '../records/record-scope.js';
import type { RecordRoom } from '../records/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { activityOptions, entriesOf, readPlanned } from './activity-source.js';
import { addPin, pinnedTo, removePin, type Pin } from './timeline-pins.js';
import { kindOptions, readStretch, sourcesOf, type TimelineQuery, type TimelineStretch } from './read-timeline.js';
import { isOnTimeline } from './find-activities.js';
import type { FoundEntry, KindOption, TimelineCall } from './timeline-entry.js';

/** A stretch of a timeline; its first one has what stands above it. */
export interface TimelinePage extends TimelineStretch {
  /** Activities that people put on top, the latest first. */
  readonly pinned: readonly FoundEntry[];
  /** What is to be done, the most urgent first. */
  readonly planned: readonly FoundEntry[];
  /** Whether more is to be done than was asked for. */
  readonly isMorePlanned: boolean;
}

/** Timelines of records of any entity. */
export class Timelines {
  constructor(
    private readonly parts: {
      readonly workspace: Workspace;
      readonly calls: CallRunner;
      readonly room: Pick<RecordRoom, 'world' | 'callOf'>;
    },
  ) {}

  /** Kinds of entries that the reader may choose from on records of an entity. */
  kinds(entity: CompiledEntity, request: EndpointRequest): readonly KindOption[] {
    return kindOptions(sourcesOf(this.parts, { request, entity }));
  }

  /** Makes sure that the reader may see the record. @throws NotFoundError */
  async assertVisible(entity: CompiledEntity, request: EndpointRequest, id: Id): Promise<void> {
    await readRecord(this.#scope(request), entity, id);
  }

  /**
   * A stretch of the timeline of a record that the reader may see; planned and pinned activities of its kinds come with its beginning.
   * @throws MalformedError `invalid_query` for a kind or cursor that there is not
   */
  async read(entity: CompiledEntity, request: EndpointRequest, id: Id, query: TimelineQuery): Promise<TimelinePage> {
    this.#checkKinds(entity, request, query);
    const call: TimelineCall = { scope: this.#scope(request), entity, id, request };
    const isFirst = query.after === null;
    const isWanted = (kind: string): boolean => query.kinds?.includes(kind) ?? true;
    const kinds = activityOptions.map(({ name }) => name).filter(isWanted);
    const [stretch, planned, pinned] = await Promise.all([
      readStretch(this.parts, call, query),
      isFirst ? readPlanned(call, { kinds, limit: query.planned + 1 }) : [],
      isFirst ? pinnedTo(call).then((ids) => entriesOf(call, ids)) : [],
    ]);
    return {
      ...stretch,
      planned: planned.slice(0, query.planned),
      isMorePlanned: planned.length > query.planned,
      pinned: pinned.filter(({ kind }) => isWanted(kind)),
    };
  }

  /** Titles of records that the reader may see, by `<entity> <id>`. */
  titles(request: EndpointRequest, wanted: ReadonlyMap<string, ReadonlySet<Id>>): Promise<ReadonlyMap<string, string>> {
    return loadTitles(this.#scope(request), wanted);
  }

  /** One activity as an entry. @throws NotFoundError for one that is absent or not visible */
  async activity(entity: CompiledEntity, request: EndpointRequest, id: Id, activity: Id): Promise<FoundEntry> {
    const [entry] = await entriesOf({ scope: this.#scope(request), entity, id, request }, [activity]);
    if (entry === undefined) throw new NotFoundError('activity_not_found');
    return entry;
  }

  /** Puts the activity of the address on top of the timeline of its record, or takes it down. @throws NotFoundError for one that is absent, not visible, or of other records */
  async pin(entity: CompiledEntity, request: EndpointRequest, isOnTop: boolean): Promise<FoundEntry> {
    const { id = '', activity = '' } = request.params;
    await this.assertVisible(entity, request, id);
    const entry = await this.activity(entity, request, id, activity);
    const call: TimelineCall = { scope: this.#scope(request), entity, id, request };
    if (isOnTop && !(await isOnTimeline(call, activity))) throw new NotFoundError('activity_not_found');
    const { userId } = request.identity;
    const pin: Pin = { entity: entity.definition.id, recordId: id, activityId: activity, userId };
    await this.#scope(request).inUnit((tx) => (isOnTop ? addPin : removePin)(tx, pin));
    return entry;
  }

  #scope(request: EndpointRequest): RecordScope {
    return recordScope(this.parts.room.world, this.parts.room.callOf(request), 'core');
  }

  #checkKinds(entity: CompiledEntity, request: EndpointRequest, { kinds }: TimelineQuery): void {
    const known = new Set(this.kinds(entity, request).map(({ name }) => name));
    if (kinds === null || kinds.every((kind) => known.has(kind))) return;
    const problem = { pointer: '?kinds', code: 'not_an_option', message: `must be some of ${[...known].join(', ')}` };
    throw new MalformedError('invalid_query', {}, { errors: [problem] });
  }
}
