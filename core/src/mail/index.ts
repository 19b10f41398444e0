export { getMail, type MailDetail, type MailEntry } from './mail-list.js';
export { mailEndpoints } from './mail-endpoints.js';
export { Mailer, type MailOrder } from './mailer.js';
export { registerMail, registerMailJobs } from './register.js';
export type { TestResult } from './test-mail.js';
