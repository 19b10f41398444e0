import { Type } from '@trellis-crm/sdk';

const Text = Type.String();
const NullableText = Type.Union([Type.String(), Type.Null()]);
const Count = Type.Integer({ minimum: 0 });
const Texts = Type.Array(Text);
const Ranges = Type.Record(Text, Text);

/** JSON Schema of a plugin in answers. */
export const PluginSchema = Type.Object({
  id: Text,
  title: Text,
  summary: Text,
  version: Text,
  state: Type.Union(
    (['staged', 'disabled', 'active', 'needs-upgrade', 'quarantined', 'archived'] as const).map((state) =>
      Type.Literal(state),
    ),
  ),
  reason: NullableText,
  requires: Ranges,
  optional: Ranges,
  capabilities: Texts,
  requiredBy: Texts,
  contributes: Type.Record(Text, Count),
  archivedAt: NullableText,
  timings: Type.Object({
    calls: Count,
    faults: Count,
    totalMs: Type.Number(),
    maxMs: Type.Number(),
    lastFault: Type.Union([Type.Null(), Type.Object({ what: Text, message: Text, at: Text })]),
  }),
});

/** JSON Schema of a plan in answers. */
export const PlanSchema = Type.Object({
  plugin: Text,
  verb: Text,
  version: Text,
  steps: Texts,
  migrations: Type.Array(Type.Object({ name: Text, phase: Text })),
  together: Texts,
  capabilities: Texts,
  rows: Type.Record(Text, Count),
  obstacles: Texts,
});

/** JSON Schema of a journaled operation in answers. */
export const OperationSchema = Type.Object({
  id: Text,
  plugin: Text,
  operation: Text,
  step: Text,
  state: Text,
  attempt: Count,
  error: NullableText,
  actor: Text,
  startedAt: Text,
  finishedAt: NullableText,
});

/** JSON Schema of references that lead nowhere, in answers. */
export const OrphansSchema = Type.Array(Type.Object({ table: Text, column: Text, count: Count }));
