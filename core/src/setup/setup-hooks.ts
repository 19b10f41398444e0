import type { InjectionToken } from 'tsyringe';

/** A plugin that was found and may be enabled with the first set-up. */
export interface SetupModule {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
}

/** What the set-up asks of rooms that it does not know: the plugin host and the demo data. */
export interface SetupHooks {
  /** Plugins that can be enabled, by title. */
  modules(): Promise<readonly SetupModule[]>;
  /** Enables plugins, with those they require, then adds the demo data. Unknown ids are refused. */
  finish(choice: { readonly modules: readonly string[]; readonly wantsDemo: boolean }): Promise<void>;
}

/** The workspace's hooks; the composition root gives them. */
export const SetupHooks: InjectionToken<SetupHooks> = Symbol('SetupHooks');
