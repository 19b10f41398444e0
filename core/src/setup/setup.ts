import { ConflictError, User, ValidationError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import { AttemptLimiter } from '../auth/attempt-limiter.js';
import { writePasswordHash } from '../auth/credentials.js';
import { checkNewPassword } from '../auth/password-rules.js';
import { Passwords } from '../auth/passwords.js';
import { operatorIdentity } from '../auth/special-identities.js';
import type { SetupGate } from '../http/setup-gate.js';
import { checkSettings } from '../settings/settings-checks.js';
import { writeSettings } from '../settings/settings-store.js';
import { Settings } from '../settings/settings.js';
import { defaultSettings, type WorkspaceSettings } from '../settings/workspace-settings.js';
import type { Workspace } from '../workspace/workspace.js';
import { SetupHooks } from './setup-hooks.js';
import { isSetupCode, issueSetupCode, type IssuedCode } from './setup-code.js';

/** What a new workspace is made of. */
export interface SetupInput {
  readonly companyName: string;
  readonly admin: { readonly name: string; readonly email: string; readonly password: string };
  readonly locale: string;
  readonly timeZone: string;
  /** ISO 4217. */
  readonly baseCurrency: string;
  readonly wantsDemo: boolean;
  /** Ids of the plugins to enable. */
  readonly modules: readonly string[];
}

/** How it went: the admin, and whether modules and demo data came too. */
export interface SetupOutcome {
  readonly adminId: Id;
  /** False: the workspace is usable, but something of it has to be enabled by hand; the log says why. */
  readonly isComplete: boolean;
}

/** The first set-up of a workspace. */
export interface Setup extends SetupGate {
  /**
   * A new one-time code for the setup page, for the terminal, or which other start shows the only valid one.
   * @param startedAt when the start began that this process is part of; without it there is a new code in any case
   * @returns null when nobody needs one any more, or another process of the same start has it
   */
  issueCode(startedAt?: Date): Promise<IssuedCode | null>;
  /** @throws ValidationError `/code` `wrong_code`, RateLimitError */
  checkCode(code: string, ip: string): Promise<void>;
  /** Company, settings and first admin in one transaction, then modules and demo data. @throws ConflictError `already_set_up`, ValidationError */
  setUp(input: SetupInput): Promise<SetupOutcome>;
}

/** The workspace's set-up. */
export const Setup: InjectionToken<Setup> = Symbol('Setup');

/** Creates the service. */
export function createSetup(workspace: Workspace): Setup {
  const { database, clock, container, log } = workspace;
  let isDone = false;
  const isSetUp = async (): Promise<boolean> => (isDone ||= await hasAdmin(database.knex));
  return {
    isSetUp,
    async issueCode(startedAt) {
      return (await isSetUp()) ? null : issueSetupCode(database.knex, clock.now(), startedAt);
    },
    async checkCode(code, ip) {
      const attempt = { kind: 'setup', account: '', ip } as const;
      const limiter = container.resolve(AttemptLimiter);
      await limiter.count(attempt);
      if (!(await isSetupCode(database.knex, code)))
        throw invalid('/code', 'wrong_code', 'is not the code of the terminal');
      await limiter.forgive(attempt);
    },
    async setUp(input) {
      checkTexts(input);
      const settings = toSettings(input);
      checkSettings(settings);
      checkNewPassword(input.admin.password, [input.admin.name, input.admin.email, input.companyName]);
      const passwordHash = await container.resolve(Passwords).hash(input.admin.password);
      const adminId = await createWorkspace(workspace, input, settings, passwordHash);
      isDone = true;
      await container.resolve(Settings).refresh();
      log.info({ userId: adminId, modules: input.modules }, 'workspace set up');
      return { adminId, isComplete: await finish(workspace, input) };
    },
  };
}

function hasAdmin(knex: Knex): Promise<boolean> {
  const admins = knex('core.users').where({ role: 'admin', status: 'active' }).whereNull('deleted_at');
  return admins.first('id').then((row) => row !== undefined);
}

function createWorkspace(
  workspace: Workspace,
  input: SetupInput,
  settings: WorkspaceSettings,
  passwordHash: string,
): Promise<Id> {
  const { clock } = workspace;
  const identity = operatorIdentity(input);
  const scope = { generation: workspace.generation(), module: 'core', identity, signal: new AbortController().signal };
  return workspace.transaction(scope, async (tx, { trx }) => {
    // Two browsers at once: the second one waits here and then sees the first one's admin.
    await trx.raw(`select pg_advisory_xact_lock(hashtext('core.setup'))`);
    if (await hasAdmin(trx)) throw new ConflictError('already_set_up');
    await writeSettings(trx, settings, { by: null, at: clock.now() });
    tx.authorize('core.user:administer');
    const { name, email } = input.admin;
    const admin = await tx.elevated().records(User).create({ name, email, role: 'admin', status: 'active' });
    await writePasswordHash(trx, admin.id, passwordHash, clock.now());
    await trx('core.setup_codes').delete();
    return admin.id;
  });
}

/** Plugins have transactions of their own; one that fails must not cost the admin the workspace. */
async function finish({ container, log }: Workspace, { modules, wantsDemo }: SetupInput): Promise<boolean> {
  try {
    await container.resolve(SetupHooks).finish({ modules, wantsDemo });
    return true;
  } catch (error) {
    log.error({ err: error, modules, wantsDemo }, 'modules or demo data could not be added');
    return false;
  }
}

function toSettings({ companyName, locale, timeZone, baseCurrency }: SetupInput): WorkspaceSettings {
  return { ...defaultSettings, companyName: companyName.trim(), locale, timeZone, baseCurrency };
}

/** Company and person; the record layer checks the rest of the person. */
function checkTexts({ companyName, admin }: SetupInput): void {
  const missing = Object.entries({ companyName, name: admin.name, email: admin.email }).filter(
    ([, text]) => text.trim() === '',
  );
  const errors = missing.map(([name]) => ({ pointer: `/${name}`, code: 'required', message: 'is required' }));
  if (companyName.length > 200) errors.push({ pointer: '/companyName', code: 'too_long', message: 'is too long' });
  if (errors.length > 0) throw new ValidationError('not_valid', {}, { errors });
}

function invalid(pointer: string, code: string, message: string): ValidationError {
  return new ValidationError('not_valid', {}, { errors: [{ pointer, code, message }] });
}
