import { compare, type Asked } from '../compare.js';
import type { Bench, Job } from '../job.js';
import type { Lab } from '../lab/lab.js';
import type { LoadRequest } from '../load/round.js';
import {
  apiGet,
  createRequests,
  filteredListPath,
  listPath,
  listRequests,
  pageGet,
  rawCreateRequests,
  rawGet,
  readerOfAll,
  readRequests,
  searchAllPath,
} from './requests.js';

/** The jobs that ask one product without plugins, against the baseline. */
export const apiJobs: readonly Job[] = [
  againstRaw('list', { ratio: 0.9 }, ({ sample }) => ({
    ours: listRequests(sample),
    raw: sample.askers.map(({ owner }) => rawGet(`/list/${owner}`)),
  })),
  againstRaw('list-own-columns', {}, ({ sample }) => ({
    // What the baseline answers: columns of the row, without the child tables.
    ours: listRequests(sample, '&fields=name,jobTitle,description,owner,createdAt,updatedAt'),
    raw: sample.askers.map(({ owner }) => rawGet(`/list/${owner}`)),
  })),
  againstRaw('list-filtered', { ratio: 0.8 }, ({ sample }) => ({
    ours: sample.askers.map((asker) => apiGet(asker, filteredListPath(asker.owner))),
    raw: sample.askers.map(({ owner }) => rawGet(`/list-filtered/${owner}`)),
  })),
  againstRaw('list-subtree', { ratio: 0.7 }, ({ sample }) => {
    const askers = sample.askers.filter(({ reach }) => reach === 'subtree');
    return {
      ours: askers.map((asker) => apiGet(asker, filteredListPath(asker.owner))),
      raw: askers.map(({ owner, id, teamsBelow }) => rawGet(`/list-subtree/${owner}/${id}/${teamsBelow.join()}`)),
    };
  }),
  againstRaw('read', { ratio: 0.75 }, ({ sample }) => ({
    ours: readRequests(sample),
    raw: sample.askers.map(({ contact }) => rawGet(`/read/${contact}`)),
  })),
  againstRaw('search', { ratio: 0.8 }, ({ sample }) => ({
    ours: sample.terms.map((term, index) =>
      apiGet(readerOfAll(sample, index), `/api/v1/contacts?q=${term}&limit=20&count=none`),
    ),
    raw: sample.terms.map((term) => rawGet(`/search/${term}`)),
  })),
  againstRaw('search-all', { ratio: 0.7, p95Ms: 150 }, ({ sample }) => ({
    ours: sample.terms.map((term, index) => apiGet(readerOfAll(sample, index), searchAllPath(term))),
    raw: sample.terms.map((term) => rawGet(`/search-all/${term}`)),
  })),
  againstRaw('search-all-limited', { p95Ms: 150 }, ({ sample }) => ({
    // Readers of every reach, each of whom finds what they may see.
    ours: sample.terms.flatMap((term, index) => {
      const asker = sample.askers[index % sample.askers.length];
      return asker === undefined ? [] : apiGet(asker, searchAllPath(term));
    }),
    raw: sample.terms.map((term) => rawGet(`/search-all/${term}`)),
  })),
  againstRaw('create', { ratio: 0.7 }, ({ sample }) => ({
    ours: createRequests(sample),
    raw: rawCreateRequests(sample),
  })),
  {
    names: ['page'],
    async run(bench) {
      const { port } = await bench.lab.base();
      const { askers } = bench.lab.sample;
      return [
        await compare(bench, {
          job: 'page',
          ours: { port, requests: askers.map((asker) => pageGet(asker, `/contacts?filter[owner]=${asker.owner}`)) },
          baseline: { port, requests: askers.map((asker) => apiGet(asker, listPath(asker.owner))) },
          against: 'list',
          asked: { ratio: 0.8, p95Ms: 50 },
        }),
      ];
    },
  },
];

interface Sides {
  readonly ours: readonly LoadRequest[];
  readonly raw: readonly LoadRequest[];
}

/** A job that asks the same of both sides. */
export function againstRaw(name: string, asked: Asked, sidesOf: (lab: Lab) => Sides): Job {
  return {
    names: [name],
    async run(bench: Bench) {
      const { lab } = bench;
      const { port } = await lab.base();
      const { ours, raw } = sidesOf(lab);
      const comparison = {
        job: name,
        ours: { port, requests: ours },
        baseline: { port: lab.raw.port, requests: raw },
        asked,
      };
      return [await compare(bench, comparison)];
    },
  };
}
