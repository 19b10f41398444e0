import { sessionOf, tokenOf } from '../lab/dataset-sql.js';
import type { Asker, Sample } from '../lab/sample.js';
import type { LoadRequest } from '../load/round.js';

/** A read of the API by somebody who may see what is asked for. */
export function apiGet({ user }: Pick<Asker, 'user'>, path: string): LoadRequest {
  return { method: 'GET', path, headers: { Authorization: `Bearer ${tokenOf(user)}` } };
}

/** A write over the API. */
export function apiPost({ user }: Pick<Asker, 'user'>, path: string, body: object): LoadRequest {
  const headers = { Authorization: `Bearer ${tokenOf(user)}`, 'Content-Type': 'application/json' };
  return { method: 'POST', path, headers, body: JSON.stringify(body) };
}

/** A page as a browser asks for it, without the compression that it would ask for. */
export function pageGet({ user }: Pick<Asker, 'user'>, path: string): LoadRequest {
  return { method: 'GET', path, headers: { Cookie: `trellis_session=${sessionOf(user)}`, Accept: 'text/html' } };
}

/** A part of a page, as htmx asks for it. */
export function partGet(asker: Pick<Asker, 'user'>, path: string): LoadRequest {
  const request = pageGet(asker, path);
  return { ...request, headers: { ...request.headers, 'HX-Request': 'true', 'HX-Request-Type': 'partial' } };
}

/** A request of the baseline. */
export function rawGet(path: string): LoadRequest {
  return { method: 'GET', path, headers: {} };
}

/** 50 contacts of an owner, newest update first, with their number. */
export function listPath(owner: string, more = ''): string {
  return `/api/v1/contacts?filter[owner]=${owner}&sort=-updatedAt&limit=50&count=exact${more}`;
}

/** The same owner's contacts that changed since a day, by name: a saved view with two conditions. */
export function filteredListPath(owner: string): string {
  const where = {
    all: [
      { field: 'owner', value: owner },
      { field: 'updatedAt', op: 'gte', value: '2025-06-01' },
    ],
  };
  return `/api/v1/contacts?where=${encodeURIComponent(JSON.stringify(where))}&sort=name&limit=50&count=exact`;
}

/** One of those who may read everything, in turn. */
export function readerOfAll({ readersOfAll }: Sample, index: number): Pick<Asker, 'user'> {
  return { user: readersOfAll[index % readersOfAll.length] ?? 0 };
}

/** Records of every kind that hold a term, as the page of the search shows them. */
export function searchAllPath(term: string): string {
  return `/api/v1/search?q=${term}&limit=50&perEntity=8`;
}

/** The list as our API is asked for it. */
export function listRequests({ askers }: Sample, more = ''): readonly LoadRequest[] {
  return askers.map((asker) => apiGet(asker, listPath(asker.owner, more)));
}

/** One contact with its accounts. */
export function readRequests({ askers }: Sample): readonly LoadRequest[] {
  return askers.map((asker) => apiGet(asker, `/api/v1/contacts/${asker.contact}?include=accounts.account`));
}

/** A contact with an e-mail address, in an account that its maker may see. */
export function createRequests({ askers }: Sample): readonly LoadRequest[] {
  return askers.map((asker, index) =>
    apiPost(asker, '/api/v1/contacts', {
      name: `New Person ${index}`,
      jobTitle: 'Buyer',
      emails: [{ email: `new${index}@bench.example`, isPrimary: true }],
      accounts: [{ account: asker.account, isPrimary: true }],
    }),
  );
}

/** The same contact for the baseline. */
export function rawCreateRequests({ askers }: Sample): readonly LoadRequest[] {
  return askers.map(({ account, owner }, index) => ({
    method: 'POST',
    path: '/create',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      name: `New Person ${index}`,
      jobTitle: 'Buyer',
      email: `new${index}@bench.example`,
      account,
      owner,
    }),
  }));
}
