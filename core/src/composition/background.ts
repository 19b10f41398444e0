import { createEventBus, type EventBus } from '../events/event-bus.js';
import type { Succession } from '../jobs/dead-workers.js';
import { createJobs, type Jobs } from '../jobs/jobs.js';
import type { CallRunner, Generation, ModuleContexts } from '../kernel/index.js';
import { sendMessages } from '../webhooks/index.js';
import type { Foundation } from './foundation.js';

/** What delivers events and runs jobs. */
export interface Background {
  readonly bus: EventBus;
  readonly jobs: Jobs;
}

/** What calls into modules need. */
export interface ModuleCalls {
  readonly succession: Succession;
  readonly calls: CallRunner;
  contexts(): ModuleContexts;
  generation(): Generation;
}

/** Wires event bus and jobs; neither runs before it is started. */
export function createBackground(foundation: Foundation, modules: ModuleCalls): Background {
  const bus = createEventBus({ ...foundation, ...modules, sendMessages });
  return { bus, jobs: createJobs({ ...foundation, ...modules, channel: bus.channel }) };
}
