import { randomUUID } from 'node:crypto';
import { PluginError } from '@trellis-crm/sdk';
import type { RunningCalls } from '../kernel/index.js';
import type { Incident } from '../kernel/lifecycle/index.js';
import type { OpenWorkspace } from '../composition/open-workspace.js';

/** What a process does once it is ready. */
export interface GuardedWork {
  readonly workspace: OpenWorkspace;
  /** Takes nothing new, finishes what runs, and ends every connection. */
  stop(): Promise<void>;
}

/** What the guard of a process works with. */
export interface GuardedProcess {
  readonly runningCalls: RunningCalls;
  /** Undefined until it is ready: until then nothing is held back, the supervisor starts another. */
  work(): GuardedWork | undefined;
  /** Ends the process at once, for a fault of core. */
  fail(error: unknown): void;
}

/**
 * Keeps a plugin's mistakes outside its calls from ending the process: an exit is refused, a rejection that nobody awaits is a fault,
 * a timer that throws is a strike. Faults of core end the process as ever: nobody knows what it would do next.
 */
export function guardProcess(guarded: GuardedProcess): void {
  refuseExits(guarded);
  process.on('exit', () => guarded.runningCalls.noteExit());
  process.on('unhandledRejection', (reason) => {
    const call = guarded.runningCalls.current();
    const work = guarded.work();
    if (call === undefined || work === undefined) guarded.fail(reason);
    else work.workspace.calls.noteStray({ ...call, what: `${call.what}, after its end` }, reason);
  });
  const strike = strikeOncePerSecond(guarded);
  process.on('uncaughtException', (error) => {
    const call = guarded.runningCalls.current();
    if (call === undefined || !isIn(folderOf(guarded, call.module), error)) guarded.fail(error);
    else if (!isRefusedExit(error)) strike({ kind: 'stray-error', suspects: [call], detail: String(error) });
  });
}

const refusedCode = 'process_exit_refused';

function refuseExits(guarded: GuardedProcess): void {
  const exit = process.exit.bind(process);
  const strike = strikeOncePerSecond(guarded);
  const kill = process.kill.bind(process);
  const refuse = (): void => {
    const call = guarded.runningCalls.current();
    if (call === undefined || guarded.work() === undefined) return;
    strike({ kind: 'exit-refused', suspects: [call] });
    throw new PluginError(refusedCode, { module: call.module }, { message: `${call.module} may not end the process` });
  };
  process.exit = (code) => {
    refuse();
    return exit(code);
  };
  process.kill = (pid, signal) => {
    if (signal !== 0 && [process.pid, process.ppid].includes(Math.abs(pid))) refuse();
    return kill(pid, signal);
  };
}

/** A timer that throws does so for ever. */
function strikeOncePerSecond({ work }: GuardedProcess): (incident: Omit<Incident, 'id'>) => void {
  const last = new Map<string, number>();
  return (incident) => {
    const workspace = work()?.workspace;
    const module = incident.suspects[0]?.module ?? '';
    if (workspace === undefined || performance.now() - (last.get(module) ?? -Infinity) < 1000) return;
    last.set(module, performance.now());
    workspace.lifecycle.recordIncident({ ...incident, id: randomUUID() }).catch((error: unknown) => {
      workspace.log.error({ err: error, module }, 'a strike could not be recorded');
    });
  };
}

function folderOf({ work }: GuardedProcess, id: string): string | null {
  const modules = work()?.workspace.generation().modules ?? [];
  return modules.find(({ module }) => module === id)?.folder ?? null;
}

/** An error of core or a library that a plugin's call led to is not the plugin's. */
function isIn(folder: string | null, error: unknown): boolean {
  return folder !== null && error instanceof Error && (isRefusedExit(error) || error.stack?.includes(folder) === true);
}

function isRefusedExit(error: unknown): boolean {
  return error instanceof PluginError && error.code === refusedCode;
}
