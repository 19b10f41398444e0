import { Account, Contact, defineEntity, field } from '@trellis-crm/sdk';
import { Stage } from '../pipelines/stage.entity.js';

/** One sales opportunity. Created open; its stage decides whether it is open, won or lost. */
export const Deal = defineEntity('sales.deal', {
  plural: 'deals',
  fields: {
    name: field.text({ required: true, max: 200, search: true, index: true }),
    account: field.ref(Account, { onDelete: 'cascade' }),
    contact: field.ref(Contact, { onDelete: 'clear' }),
    stage: field.ref(Stage, { onDelete: 'restrict', required: true }),
    status: field.choice(['open', 'won', 'lost'], { default: 'open', readOnly: true, index: true }),
    /** Expected value over the whole term, without tax; once won, the agreed one. */
    amount: field.money({ index: true }),
    /** What is sold, as the seller calls it. */
    product: field.text({ max: 200, index: true }),
    /** When the customer was first engaged. */
    engagedOn: field.date({ index: true }),
    /** When it is expected to be decided. */
    closeOn: field.date({ index: true }),
    /** When it was decided; null while open. */
    closedOn: field.date({ readOnly: true, index: true }),
    lostReason: field.text({ max: 500 }),
  },
  title: 'name',
  owned: true,
  icon: 'target-arrow',
  menu: 30,
  views: {
    list: ['name', 'account', 'stage', 'amount', 'closeOn', 'owner', 'updatedAt'],
    form: ['name', 'account', 'contact', 'stage', 'amount', 'product', 'engagedOn', 'closeOn', 'lostReason'],
  },
});
