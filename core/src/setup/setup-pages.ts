import { isTrellisError, NotFoundError, RateLimitError, Type, ValidationError } from '@trellis-crm/sdk';
import { deviceOf } from '../auth/endpoints/session-endpoints.js';
import { beginCookie } from '../auth/session-cookie.js';
import { createSession } from '../auth/session-store.js';
import { leaveTo, showCentered } from '../http/centered-page.js';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import { flashCookie } from '../pages/flash.js';
import type { Workspace } from '../workspace/workspace.js';
import { guess } from './guesses.js';
import { setupView, type SetupForm, type SetupViewParts } from './setup.view.js';
import { Setup, type SetupInput } from './setup.js';
import { SetupHooks } from './setup-hooks.js';

/** `/setup`: there until the workspace has an admin, and then no more. */
export function setupPages(workspace: Workspace): readonly Endpoint[] {
  const common = { module: 'core', surface: 'page', access: 'public', path: '/setup' } as const;
  return [
    { ...common, method: 'GET', handle: (request) => showSetup(workspace, request) },
    {
      ...common,
      method: 'POST',
      idempotency: 'ignored',
      input: { body: { kind: 'form', schema: SetupFormSchema } },
      handle: (request) => setUp(workspace, request),
    },
  ];
}

const text = Type.String({ maxLength: 1000 });
const SetupFormSchema = Type.Object({
  code: text,
  companyName: text,
  name: text,
  email: text,
  password: text,
  locale: text,
  timeZone: text,
  currency: text,
  demo: Type.Optional(text),
  modules: Type.Optional(Type.Array(text, { maxItems: 200 })),
});

async function showSetup(workspace: Workspace, request: EndpointRequest): Promise<EndpointResponse> {
  await refuseWhenDone(workspace);
  const guessed = guess(request.header('Accept-Language'), request.generation.views.languages);
  const modules = await workspace.container.resolve(SetupHooks).modules();
  const form: SetupForm = {
    ...{ code: '', companyName: '', name: '', email: '', password: '', demo: 'no' },
    ...guessed,
    modules: modules.map(({ id }) => id),
  };
  return page(workspace, request, form, []);
}

async function setUp(workspace: Workspace, request: EndpointRequest): Promise<EndpointResponse> {
  await refuseWhenDone(workspace);
  const form = request.body as SetupForm;
  const setup = workspace.container.resolve(Setup);
  try {
    await setup.checkCode(form.code, request.ip);
    const { adminId, isComplete } = await setup.setUp(toInput(form));
    const token = await createSession(workspace.database.knex, adminId, deviceOf(request), workspace.clock.now());
    const notice = isComplete ? [] : [flashCookie({ text: translate(request, 'setup.incomplete'), tone: 'bad' })];
    return leaveTo(request, '/', [beginCookie(token), ...notice]);
  } catch (error) {
    return page(workspace, request, form, problemsOf(error));
  }
}

/** Problems the form shows; what is none of the person's doing goes on to the error handler. */
function problemsOf(error: unknown): ValidationError['errors'] {
  if (error instanceof ValidationError && error.errors.length > 0) return error.errors;
  if (isTrellisError(error) && error instanceof RateLimitError)
    return [{ pointer: '/code', code: error.code, message: error.message }];
  throw error;
}

async function refuseWhenDone(workspace: Workspace): Promise<void> {
  if (await workspace.container.resolve(Setup).isSetUp()) throw new NotFoundError('not_found');
}

async function page(
  workspace: Workspace,
  request: EndpointRequest,
  form: SetupForm,
  problems: ValidationError['errors'],
): Promise<EndpointResponse> {
  const modules = await workspace.container.resolve(SetupHooks).modules();
  const { languages } = request.generation.views;
  const t: SetupViewParts['t'] = (key, values) => translate(request, key, values);
  const context = setupView({ form, modules, problems, languages, locale: request.identity.locale, t });
  const status = problems.length === 0 ? 200 : 422;
  return showCentered(workspace, request, { title: 'setup.title', template: 'auth/setup', context, status });
}

function toInput(form: SetupForm): SetupInput {
  return {
    companyName: form.companyName,
    admin: { name: form.name.trim(), email: form.email.trim(), password: form.password },
    locale: form.locale,
    timeZone: form.timeZone,
    baseCurrency: form.currency,
    wantsDemo: form.demo === 'yes',
    modules: form.modules ?? [],
  };
}

function translate(request: EndpointRequest, key: string, values?: Readonly<Record<string, unknown>>): string {
  return request.generation.views.translate(request.identity, 'core', key, values);
}
