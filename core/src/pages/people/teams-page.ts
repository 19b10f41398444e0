import { Team, User } from '@trellis-crm/sdk';
import { patchBlocks } from '../block-patches.js';
import { asText } from '../fields/entity-field.js';
import { loadNamesOf } from '../fields/record-names.js';
import type { PageCall } from '../page-call.js';
import { showPage, type PageAnswer } from '../page-endpoint.js';
import { peopleTabs } from './people-tabs.js';

/** `GET /teams`: the tree of teams with their managers and sizes. */
export async function showTeams(call: PageCall): Promise<PageAnswer> {
  const { ctx, t, render, request } = call;
  const [teams, sizes] = await Promise.all([ctx.query(Team).sort('name').limit(1000), ctx.query(User).group(['team'])]);
  const managers = new Set(teams.flatMap((team) => team.managers.map(({ user }) => user)));
  const names = await loadNamesOf(call, new Map([['core.user', managers]]));
  const sizeOf = new Map(sizes.map(({ key, count }) => [asText(key['team']), count]));
  const nodes = teams.map((team): TeamNode => {
    const led = team.managers.flatMap(({ user }) => names.of('core.user', user)?.title ?? []);
    const size = t('teams.size', { count: sizeOf.get(team.id) ?? 0 });
    return {
      id: team.id,
      parent: team.parent,
      name: team.name,
      href: `/teams/${team.id}`,
      note: [size, led.join(', ')].filter((text) => text !== '').join(' · '),
    };
  });
  const title = t('teams.title');
  const newHref = request.identity.reach('core.team:create') === null ? undefined : '/teams/new';
  const blocks = [
    peopleTabs(call, 'teams'),
    { name: 'teams', html: render('core:people/teams', { title, newHref, roots: branches(nodes, null) }) },
  ];
  return showPage({
    title,
    breadcrumbs: [{ label: title }],
    blocks: await patchBlocks(call, 'core.teams-list', {}, blocks),
  });
}

interface TeamNode {
  readonly id: string;
  readonly parent: string | null;
  readonly name: string;
  readonly href: string;
  readonly note: string;
}

interface TeamBranch extends TeamNode {
  readonly below: readonly TeamBranch[];
}

/** Teams below a parent, each with its own; a team whose parent this person may not see stands at the top. */
function branches(nodes: readonly TeamNode[], parent: string | null): TeamBranch[] {
  const known = new Set(nodes.map(({ id }) => id));
  const isHere = (node: TeamNode): boolean =>
    parent === null ? node.parent === null || !known.has(node.parent) : node.parent === parent;
  return nodes.filter(isHere).map((node) => ({ ...node, below: branches(nodes, node.id) }));
}
