import { Account, Contact, defineEntity, extendEntity, field } from '@trellis-crm/sdk';

/** One field of every kind, some of them for managers only; nobody but its owner and those above sees a record. */
export const Specimen = defineEntity('lab.specimen', {
  plural: 'specimens',
  fields: {
    name: field.text({ required: true, max: 80, search: true, index: true }),
    code: field.text({ unique: true }),
    notes: field.longText({ search: true }),
    count: field.integer({ min: 0, max: 1000, index: true }),
    weight: field.decimal({ scale: 3, min: -10 }),
    share: field.percent({ min: 0, max: 100 }),
    price: field.money({ index: true }),
    isFragile: field.boolean(),
    takenOn: field.date(),
    seenAt: field.dateTime(),
    lasted: field.duration({ min: 0 }),
    state: field.choice(['fresh', 'tested', 'gone'], { default: 'fresh', index: true }),
    verdict: field.choice(['good', 'bad'], { readOnly: true }),
    tags: field.choices(['red', 'green', 'blue']),
    account: field.ref(Account, { onDelete: 'clear' }),
    contact: field.ref(Contact, { onDelete: 'cascade' }),
    original: field.ref('self', { onDelete: 'clear' }),
    email: field.email(),
    phone: field.phone(),
    link: field.url(),
    readings: field.list(
      { value: field.decimal({ required: true }), by: field.ref(Contact, { onDelete: 'cascade' }) },
      { max: 3 },
    ),
    raw: field.json(),
    secret: field.text({ restricted: true, index: true }),
    rating: field.integer({ restricted: true, index: true }),
    budget: field.money({ restricted: true }),
    dueOn: field.date({ restricted: true }),
    grade: field.choice(['silver7719', 'gold7718', 'lead'], { restricted: true }),
    sponsor: field.ref(Contact, { onDelete: 'clear', restricted: true }),
    papers: field.files({ restricted: true }),
  },
  title: 'name',
  owned: true,
  grants: {
    read: { manager: 'subtree', user: 'own' },
    create: { manager: 'subtree', user: 'own' },
    update: { manager: 'subtree', user: 'own' },
    delete: { manager: 'subtree', user: 'own' },
    import: { manager: 'subtree', user: 'own' },
  },
  views: { list: ['name', 'state', 'secret', 'rating', 'owner'], board: { by: 'state', sum: 'price' } },
});

/** Everybody reads shelves, and so meets specimens through a relation. */
export const Shelf = defineEntity('lab.shelf', {
  plural: 'shelves',
  fields: {
    name: field.text({ required: true, max: 80 }),
    specimen: field.ref(Specimen, { onDelete: 'clear' }),
    account: field.ref(Account, { onDelete: 'clear' }),
  },
  title: 'name',
  views: { list: ['name', 'specimen', 'account'] },
});

/** Facts about accounts, one of them for managers only. */
export const accountExtension = extendEntity(Account, {
  zone: field.text({ max: 40 }),
  credit: field.text({ max: 40, restricted: true }),
});
