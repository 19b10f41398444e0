import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const pollMs = process.platform === 'linux' ? 250 : 2000;

/**
 * Calls back once when whoever started us is gone, so that a killed `npm start` leaves nothing behind. Does not watch when
 * we are meant to outlive it: under an init system, as leader of a session of our own, or with `nohup`.
 */
export function watchParent(onGone) {
  const parent = process.ppid;
  if (parent <= 1 || process.platform === 'win32' || isDetached()) return;
  // npm runs its scripts in a shell that survives it: then it is the shell's parent that started us.
  const grandparent = isScriptShell(parent) ? parentOf(parent) : undefined;
  const timer = setInterval(() => {
    const isShellLeft = grandparent !== undefined && grandparent > 1 && parentOf(parent) !== grandparent;
    if (process.ppid === parent && !isShellLeft) return;
    clearInterval(timer);
    onGone();
  }, pollMs);
  timer.unref();
}

/** Only Linux tells; elsewhere a background server is better started by the system's own service manager. */
function isDetached() {
  try {
    const session = Number(statOf('self')[3]);
    const ignored = /^SigIgn:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
    return session === process.pid || (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    return false;
  }
}

/** Whether a process is `sh -c …`; a shell that a person types into is not. */
function isScriptShell(pid) {
  try {
    const words =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).split(' ');
    return words[1] === '-c' && /sh$/.test(words[0] ?? '');
  } catch {
    return false;
  }
}

/** Undefined when the process is gone. */
function parentOf(pid) {
  try {
    if (process.platform === 'linux') return Number(statOf(pid)[1]);
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return undefined;
  }
}

/** The fields of a process after its name: state, parent, group, session … */
function statOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
