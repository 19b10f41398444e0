import type { InjectionToken } from 'tsyringe';
import type { ReadinessProbe } from './health.js';
import type { SetupGate } from './setup-gate.js';
import type { AssetSource } from './static-assets.js';

/** Files served under `/assets/`. */
export const AssetStore: InjectionToken<AssetSource> = Symbol('AssetStore');

/** What `/readyz` asks; every room may register one or more. */
export const ReadinessProbes: InjectionToken<ReadinessProbe> = Symbol('ReadinessProbes');

/** Whether the workspace has its first admin. */
export const SetupState: InjectionToken<SetupGate> = Symbol('SetupState');
