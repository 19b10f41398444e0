import { HealthProbes, type HealthProbe } from '@trellis-crm/sdk';
import { stat } from 'node:fs/promises';
import { moduleIdentity } from '../plugin-identity.js';
import type { Registrations } from '../registrations.js';
import { getPlugin, type LifecycleContext } from './lifecycle-context.js';
import { readNumber, readPlugins, type PluginRow } from './plugin-row.js';
import { readLiveProcesses } from './processes.js';
import { isSealed } from '../../secrets/index.js';

/** Something wrong with a plugin, and what to do about it. */
export interface PluginFinding {
  /** Plugin id, or `core` for what concerns all. */
  readonly plugin: string;
  readonly problem: string;
  readonly fix: string;
}

/** Looks at plugins from outside and asks those that run how they are. @throws NotFoundError for an id there is not */
export async function examine(context: LifecycleContext, id: string | undefined): Promise<readonly PluginFinding[]> {
  const rows = id === undefined ? await readPlugins(context.parts.database.knex) : [await getPlugin(context, id)];
  const findings: PluginFinding[] = id === undefined ? [...(await examineProcesses(context))] : [];
  for (const row of rows) findings.push(...(await examineRow(context, row)));
  return findings;
}

async function examineRow(context: LifecycleContext, row: PluginRow): Promise<readonly PluginFinding[]> {
  const reason = context.running.problems().get(row.id)?.reason ?? row.reason;
  const found = row.state === 'archived' || (await stat(row.location).catch(() => undefined)) !== undefined;
  const findings: PluginFinding[] = [];
  if (!found)
    findings.push({
      plugin: row.id,
      problem: `its files are missing: ${row.location}`,
      fix: `put them back, or run: trellis plugin install <folder or tgz>`,
    });
  else if (reason !== null)
    findings.push({ plugin: row.id, problem: reason, fix: `mend that, then run: trellis plugin enable ${row.id}` });
  findings.push(...examineSecrets(context, row));
  const registrations = context.parts.generations.current().modules.find(({ module }) => module === row.id);
  if (registrations === undefined) return findings;
  return [
    ...findings,
    ...(await examineTables(context, row.id)),
    ...examineCalls(context, row.id),
    ...(await probe(context, registrations)),
  ];
}

function examineSecrets({ secrets }: LifecycleContext, { id, settings }: PluginRow): readonly PluginFinding[] {
  const lost = Object.entries(settings).filter(([, value]) => isSealed(value) && secrets.open(value) === undefined);
  return lost.map(([name]) => ({
    plugin: id,
    problem: `the secret setting ${name} was sealed with another key`,
    fix: `bring secrets.key of the old data folder along, or set it again: trellis plugin settings ${id} ${name}=…`,
  }));
}

async function examineTables({ parts }: LifecycleContext, id: string): Promise<readonly PluginFinding[]> {
  const entities = [...parts.generations.current().entities.values()].filter(
    ({ definition, extensions }) => definition.module === id || extensions.has(id),
  );
  const problems = await parts.checkTables(entities);
  return problems.map((problem) => ({
    plugin: id,
    problem,
    fix: `write a migration for the difference: trellis plugin migration ${id} <name>`,
  }));
}

function examineCalls({ parts }: LifecycleContext, id: string): readonly PluginFinding[] {
  const { calls, faults, lastFault } = parts.calls.timings(id);
  if (lastFault === null) return [];
  return [
    {
      plugin: id,
      problem: `${faults} of ${calls} calls failed, last ${lastFault.what}: ${lastFault.message}`,
      fix: 'look into the log for it, and tell its author',
    },
  ];
}

const probeTimeoutMs = 5000;

async function probe({ parts }: LifecycleContext, registrations: Registrations): Promise<readonly PluginFinding[]> {
  const { module, contributions } = registrations;
  const probes = contributions
    .filter(({ point }) => point.id === HealthProbes.id)
    .map(({ value }) => value as HealthProbe);
  const identity = moduleIdentity(registrations, parts.info());
  const findings = await Promise.all(
    probes.map(async (health) => {
      try {
        const found = await parts.calls.run(
          { module, what: `probe ${health.id}`, timeoutMs: probeTimeoutMs },
          (signal) =>
            health.run(parts.contexts.create({ generation: parts.generations.current(), module, identity, signal })),
        );
        return found.map((finding) => ({ plugin: module, ...finding }));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return [
          { plugin: module, problem: `its check ${health.id} failed: ${reason}`, fix: 'look into the log for it' },
        ];
      }
    }),
  );
  return findings.flat();
}

async function examineProcesses({ parts }: LifecycleContext): Promise<readonly PluginFinding[]> {
  const number = await readNumber(parts.database.knex);
  const behind = (await readLiveProcesses(parts.database.knex)).filter(({ generation }) => generation < number);
  return behind.map(({ host, pid }) => ({
    plugin: 'core',
    problem: `process ${pid} on ${host} still runs what was active before the last change`,
    fix: 'wait a moment; if it stays so, restart that process',
  }));
}
