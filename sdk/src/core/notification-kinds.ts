import { Type } from '@sinclair/typebox';
import { defineExtensionPoint } from '../extension-point.js';
import type { PermissionKey } from '../permissions.js';

/** How a line leaves by mail: at once, in the daily digest, or not. */
export type MailChannel = 'immediate' | 'digest' | 'never';

/** A kind of thing people are told, each by the channels they choose. */
export interface NotificationKind {
  /** `<plugin>.<id>`, for `tx.notify`. */
  readonly id: `${string}.${string}`;
  /** Catalogue key of its name among the channels. */
  readonly label: string;
  /**
   * Catalogue key of the line. Besides the notice's values the text may use `{actor}`, `{record}`, `{records}` (what sort of
   * records, in the plural) and `{count}`.
   */
  readonly text: string;
  readonly icon: string;
  /** Until somebody chooses otherwise. */
  readonly channels: { readonly app: boolean; readonly mail: MailChannel };
  /** Only those who hold it choose channels for it; everybody unless told. */
  readonly permission?: PermissionKey;
}

/** Where modules say what they tell people. @since 0.1.0 */
export const NotificationKinds = defineExtensionPoint<NotificationKind>(
  'core.notification-kind',
  Type.Object({
    id: Type.String({ pattern: '^[a-z][a-z0-9-]*\\.[a-z][a-z0-9-]*$' }),
    label: Type.String(),
    text: Type.String(),
    icon: Type.String(),
    channels: Type.Object({
      app: Type.Boolean(),
      mail: Type.Union([Type.Literal('immediate'), Type.Literal('digest'), Type.Literal('never')]),
    }),
    permission: Type.Optional(Type.String()),
  }),
);
