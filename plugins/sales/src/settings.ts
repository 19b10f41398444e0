import { defineSettings, Type } from '@trellis-crm/sdk';

/** What an admin may tune on the plugin's page. */
export const settings = defineSettings(
  Type.Object({
    /** Days without a change after which a card on the board is marked as rotting. */
    rottingDays: Type.Integer({ title: 'settings.rottingDays', minimum: 1, maximum: 365, default: 30 }),
    makeCustomers: Type.Boolean({ title: 'settings.makeCustomers', default: true }),
  }),
);
