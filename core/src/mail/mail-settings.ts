import { Type, type Static } from '@trellis-crm/sdk';

const optionalText = (maxLength: number, pattern?: string) =>
  Type.Union([Type.String({ minLength: 1, maxLength, ...(pattern !== undefined && { pattern }) }), Type.Null()]);

/** How mail leaves the workspace; the password is kept apart, sealed. */
export const MailSettingsSchema = Type.Object(
  {
    /** Name or address of the mail server; null: mails are kept here and not sent. */
    host: optionalText(253, '^[^\\s/:@]+$|^[0-9a-fA-F:.]+$'),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    /** `tls` from the first byte (465) · `starttls` demanded before anything is said (587) · `none`: everybody on the way can read it. */
    security: Type.Union([Type.Literal('tls'), Type.Literal('starttls'), Type.Literal('none')]),
    user: optionalText(320),
    senderName: optionalText(200, '^[^\\r\\n]*$'),
    /** Address mails come from. */
    senderAddress: Type.Union([Type.String({ format: 'email', maxLength: 254 }), Type.Null()]),
  },
  { additionalProperties: false },
);

/** Values of {@link MailSettingsSchema}. */
export type MailSettings = Static<typeof MailSettingsSchema>;

/** What may be changed; an empty password takes away the one there is. */
export const MailSettingsPatch = Type.Partial(
  Type.Object({
    ...MailSettingsSchema.properties,
    password: Type.Union([Type.String({ maxLength: 500 }), Type.Null()]),
  }),
  { additionalProperties: false },
);

/** Values of {@link MailSettingsPatch}. */
export type MailSettingsChange = Static<typeof MailSettingsPatch>;

/** What a workspace has before anybody set anything. */
export const defaultMailSettings: MailSettings = {
  host: null,
  port: 587,
  security: 'starttls',
  user: null,
  senderName: null,
  senderAddress: null,
};

/** Whether mails can be sent, as far as the settings tell. */
export function isMailReady({ host, senderAddress }: MailSettings): boolean {
  return host !== null && senderAddress !== null;
}
