/**
 * The delivery `d` is the oldest of its key: one probe of the index per row, whatever the statistics say. As `not exists` a
 * backlog could become a join over all of it, and as `min` a walk over all of the subscription's.
 */
export const isHead = `
  d.position = (
    select earlier.position from core.deliveries earlier
    where earlier.subscription_id = d.subscription_id and earlier.order_key = d.order_key and earlier.state = 'waiting'
    order by earlier.position limit 1)`;

/** The module of the subscription `s` is active. */
export const isNotPaused = 'not exists (select from core.paused_modules p where p.module = s.module)';
