import { PluginError, ValidationError, type EventDefinition } from '@trellis-crm/sdk';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { SchemaCompiler } from '../schemas/schema-compiler.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { ContextScope } from './callback.js';
import type { ContextParts } from './context-parts.js';
import type { EventLimits } from './event-limits.js';
import type { Registrations } from './registrations.js';

/** Checks an event and stores it with the transaction. @throws PluginError `emit_outside_transaction`, `event_not_declared`; ValidationError `invalid_event` */
export async function emitEvent(
  { parts, scope, module, unit, limits }: EmissionPlace,
  event: EventDefinition,
  payload: unknown,
): Promise<void> {
  if (unit === undefined)
    throw new PluginError(
      'emit_outside_transaction',
      { module: scope.module, event: event.id },
      { message: `${event.id} was emitted outside a transaction` },
    );
  const declared = module.definition.emits?.find(({ id }) => id === event.id);
  if (declared === undefined)
    throw new PluginError(
      'event_not_declared',
      { module: scope.module, event: event.id },
      { message: `${scope.module} does not list ${event.id} in emits` },
    );
  limits.count(scope.module, unit);
  checkPayload(declared, payload);
  await parts.appendEvent(unit, declared, payload as Readonly<Record<string, unknown>>, scope.identity);
}

/** Where an event is emitted: which module's call, in which transaction. */
export interface EmissionPlace {
  readonly parts: ContextParts;
  readonly scope: ContextScope;
  readonly module: Registrations;
  readonly unit: UnitOfWork | undefined;
  readonly limits: EventLimits;
}

/** By declaration: its validator lives as long as the module's code does. */
const validators = new WeakMap<EventDefinition, ValidateFunction>();

function checkPayload(event: EventDefinition, payload: unknown): void {
  const validate = validators.get(event) ?? compile(event);
  validators.set(event, validate);
  if (validate(payload)) return;
  const errors = (validate.errors ?? []).map(({ instancePath, keyword, message = 'is wrong' }) => ({
    pointer: instancePath,
    code: keyword,
    message,
  }));
  throw new ValidationError('invalid_event', { event: event.id }, { errors });
}

function compile(event: EventDefinition): ValidateFunction {
  const compiler = new SchemaCompiler({ allErrors: true, strict: false });
  formats.default(compiler);
  return compiler.compile(event.payload);
}
