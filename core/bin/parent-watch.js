import { readFileSync } from 'node:fs';

const pollMs = 500;

/**
 * Calls back once when the process that started us is gone, so that a killed `npm start` leaves nothing behind. Does not
 * watch when we are meant to outlive it: under an init system, as leader of a session of our own, or with `nohup`.
 */
export function watchParent(onGone) {
  const parent = process.ppid;
  if (parent <= 1 || process.platform === 'win32' || isDetached()) return;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, pollMs);
  timer.unref();
}

/** Only Linux tells; elsewhere a background server is better started by the system's own service manager. */
function isDetached() {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const session = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
    const ignored = /^SigIgn:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
    return session === process.pid || (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    return false;
  }
}
