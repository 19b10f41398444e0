import { Type, type Static } from '@trellis-crm/sdk';

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const Day = Type.Union(days.map((day) => Type.Literal(day)));
const Currency = Type.String({ pattern: '^[A-Z]{3}$' });
const TimeOfDay = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' });

/** Facts about the workspace that people change while it runs; what an installation is told at its start is configuration. */
export const WorkspaceSettingsSchema = Type.Object(
  {
    companyName: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
    /** ISO 4217; totals are converted into it. */
    baseCurrency: Currency,
    furtherCurrencies: Type.Array(Currency, { maxItems: 50, uniqueItems: true }),
    /** IANA name. */
    timeZone: Type.String({ minLength: 1, maxLength: 60 }),
    /** BCP 47. */
    locale: Type.String({ minLength: 2, maxLength: 20 }),
    weekStart: Type.Union([Type.Literal('monday'), Type.Literal('saturday'), Type.Literal('sunday')]),
    /** First month of the fiscal year, 1 to 12. */
    fiscalYearStart: Type.Integer({ minimum: 1, maximum: 12 }),
    /** When somebody is there, in the workspace's zone; several spans a day are fine. */
    businessHours: Type.Array(
      Type.Object({ day: Day, from: TimeOfDay, to: TimeOfDay }, { additionalProperties: false }),
      {
        maxItems: 50,
      },
    ),
    holidays: Type.Array(
      Type.Object(
        { date: Type.String({ format: 'date' }), name: Type.String({ minLength: 1, maxLength: 100 }) },
        { additionalProperties: false },
      ),
      { maxItems: 500 },
    ),
    /** Base of all links; null: what the configuration says. */
    publicUrl: Type.Union([Type.String({ maxLength: 500, pattern: '^https?://[^\\s/]+(/\\S*)?$' }), Type.Null()]),
    /** ISO 3166 alpha-2; how phone numbers without a country are read. Null: none. */
    defaultCountry: Type.Union([Type.String({ pattern: '^[A-Z]{2}$' }), Type.Null()]),
  },
  { additionalProperties: false },
);

/** Values of {@link WorkspaceSettingsSchema}. */
export type WorkspaceSettings = Static<typeof WorkspaceSettingsSchema>;

/** What a workspace has before anybody set anything. */
export const defaultSettings: WorkspaceSettings = {
  companyName: 'Trellis CRM',
  baseCurrency: 'USD',
  furtherCurrencies: [],
  timeZone: 'UTC',
  locale: 'en',
  weekStart: 'monday',
  fiscalYearStart: 1,
  businessHours: days.slice(0, 5).map((day) => ({ day, from: '09:00', to: '17:00' })),
  holidays: [],
  publicUrl: null,
  defaultCountry: null,
};
