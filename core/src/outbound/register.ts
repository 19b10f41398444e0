import type { Workspace } from '../workspace/workspace.js';
import { createOutbound, Outbound } from './outbound.js';

/** Puts {@link Outbound} into the workspace's container. @throws StartError when the configuration allows what is no address */
export function registerOutbound({ container, config }: Pick<Workspace, 'container' | 'config'>): void {
  container.register(Outbound, { useValue: createOutbound({ allow: config.outboundAllow }) });
}
