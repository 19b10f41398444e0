import { NotFoundError, Type, type Clock } from '@trellis-crm/sdk';
import type { Database } from '../../database/index.js';
import type { Endpoint, EndpointRequest } from '../../http/endpoint.js';
import type { QueryScope } from '../../records/record-scope.js';
import type { Exceptions } from '../exceptions.js';
import { addRule, changeRule, removeRule, type NewRule, type RuleCall, type RulePatch } from '../rules/change-rules.js';
import { presentRule, RuleSchema } from './present-rule.js';
import { askedVersion } from '../../kernel/asked-version.js';

/** What the endpoints draw on. */
export interface RuleApi {
  readonly database: Pick<Database, 'tx'>;
  readonly clock: Clock;
  exceptions(): Exceptions;
  scopeOf(request: EndpointRequest): QueryScope;
}

const path = '/api/v1/exception-rules';
const shared = { module: 'core', surface: 'api', access: 'core.exception:administer' } as const;
const byId = { id: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,99}$' }) };

/** Rules by exception: look, switch, tune, add, take away; for their administrators. */
export function ruleEndpoints(api: RuleApi): readonly Endpoint[] {
  return [listEndpoint(api), readEndpoint(api), addEndpoint(api), changeEndpoint(api), removeEndpoint(api)];
}

function listEndpoint({ exceptions }: RuleApi): Endpoint {
  return {
    ...shared,
    method: 'GET',
    path,
    description: describe('listExceptionRules', 'Rules of modules and of the workspace', 200, ListAnswer),
    async handle({ generation }) {
      const [rules, found] = await Promise.all([exceptions().rules(generation), exceptions().evaluations()]);
      return { status: 200, body: { data: rules.map((rule) => presentRule(rule, found.get(rule.id))) } };
    },
  };
}

function readEndpoint({ exceptions }: RuleApi): Endpoint {
  return {
    ...shared,
    method: 'GET',
    path: `${path}/:id`,
    input: { params: byId },
    description: describe('getExceptionRule', 'One rule', 200, RuleSchema),
    async handle({ generation, params: { id = '' } }) {
      const rule = (await exceptions().rules(generation)).find((candidate) => candidate.id === id);
      if (rule === undefined) throw new NotFoundError('rule_not_found', { id });
      return { status: 200, body: presentRule(rule, (await exceptions().evaluations()).get(id)) };
    },
  };
}

function addEndpoint(api: RuleApi): Endpoint {
  return {
    ...shared,
    method: 'POST',
    path,
    input: { body: { kind: 'json', schema: NewRuleSchema } },
    description: describe('addExceptionRule', 'Add a rule of the workspace’s own', 201, RuleSchema),
    async handle(request) {
      const {
        isOn = true,
        tells = ['owner'],
        ...given
      } = request.body as Omit<NewRule, 'isOn' | 'tells'> & Partial<NewRule>;
      const rule = await addRule(api.database, callOf(api, request), { ...given, isOn, tells });
      return { status: 201, body: presentRule(rule), headers: { Location: `${path}/${rule.id}` } };
    },
  };
}

function changeEndpoint(api: RuleApi): Endpoint {
  return {
    ...shared,
    method: 'PATCH',
    path: `${path}/:id`,
    input: { params: byId, body: { kind: 'json', schema: PatchSchema } },
    description: { ...describe('changeExceptionRule', 'Switch or tune a rule', 200, RuleSchema), isVersioned: true },
    async handle(request) {
      const change = { version: askedVersion(request), patch: request.body as RulePatch };
      const rule = await changeRule(api.database, callOf(api, request), request.params['id'] ?? '', change);
      return { status: 200, body: presentRule(rule) };
    },
  };
}

function removeEndpoint(api: RuleApi): Endpoint {
  return {
    ...shared,
    method: 'DELETE',
    path: `${path}/:id`,
    input: { params: byId },
    description: describe('removeExceptionRule', 'Take a rule away, or back to how its module brought it', 204, null),
    async handle(request) {
      await removeRule(api.database, callOf(api, request), request.params['id'] ?? '');
      return { status: 204, body: null };
    },
  };
}

function callOf({ clock, scopeOf }: RuleApi, request: EndpointRequest): RuleCall {
  const { generation, identity } = request;
  return { generation, identity, scope: scopeOf(request), at: clock.now() };
}

const text = Type.String({ minLength: 1, maxLength: 200 });
const ruleFields = {
  name: text,
  filter: Type.Object({}, { additionalProperties: true }),
  since: Type.String({ minLength: 1, maxLength: 120 }),
  tells: Type.Array(Type.Union([Type.Literal('owner'), Type.Literal('managers')]), { uniqueItems: true, maxItems: 2 }),
  isOn: Type.Boolean(),
};
const { tells, isOn, ...needed } = ruleFields;
const NewRuleSchema = Type.Object(
  { ...needed, entity: text, tells: Type.Optional(tells), isOn: Type.Optional(isOn) },
  { additionalProperties: false },
);
const PatchSchema = Type.Partial(
  Type.Object({ ...ruleFields, thresholds: Type.Record(Type.String({ maxLength: 60 }), Type.Number()) }),
  { additionalProperties: false },
);
const ListAnswer = Type.Object({ data: Type.Array(RuleSchema) });

function describe(operationId: string, summary: string, status: number, answer: object | null) {
  return { operationId, summary, tag: 'exceptions', answers: { [status]: answer } };
}
