export { InboxChanged, NoticeGiven } from './events.js';
export { giveNotice } from './give-notice.js';
export type { InboxAnswer } from './inbox.js';
export { notificationEndpoints } from './notification-endpoints.js';
export type { NotificationView } from './present-lines.js';
export { registerNotices, registerNotifications } from './register.js';
export { UnreadCounts } from './unread-counts.js';
export type { NoticeLine } from './insert-notices.js';
export { announce, tell } from './tell.js';
