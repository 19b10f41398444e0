import type { Plan, PluginView } from '../../../kernel/lifecycle/index.js';
import type { Output } from '../../output.js';

/** Plugins as a table, with a line below for each that says why it does not run. */
export function listLines(output: Output, plugins: readonly PluginView[]): readonly string[] {
  if (plugins.length === 0) return ['No plugins. `trellis plugin create <id>` writes one.'];
  const rows = plugins.map(({ id, version, state, title, requires }) => [
    id,
    version,
    state,
    Object.keys(requires).join(', '),
    title,
  ]);
  const reasons = plugins.flatMap(({ id, reason }) => (reason === null ? [] : ['', `${id}: ${reason}`]));
  return [...output.table([['PLUGIN', 'VERSION', 'STATE', 'REQUIRES', 'NAME'], ...rows]), ...reasons];
}

/** The state of one plugin in a sentence. */
export function stateLine({ id, version, state, reason }: PluginView): string {
  return `${id} ${version} is ${state}${reason === null ? '' : `: ${reason}`}`;
}

/** A plan as people read it. */
export function planLines({ plugin, verb, version, steps, capabilities, rows, obstacles }: Plan): readonly string[] {
  const counts = Object.entries(rows).map(([table, count]) => `  ${table}: ${count.toLocaleString('en')} rows`);
  return [
    `To ${verb} ${plugin} ${version}:`,
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    ...(capabilities.length === 0
      ? []
      : ['It asks to act on its own with these rights:', ...capabilities.map((right) => `  ${right}`)]),
    ...(counts.length === 0 ? [] : ['Data concerned:', ...counts]),
    ...(obstacles.length === 0 ? [] : ['It cannot be done:', ...obstacles.map((obstacle) => `  ${obstacle}`)]),
  ];
}
