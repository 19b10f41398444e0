import { expect } from 'chai';
import { drawActivity } from '../../dist/pages/timeline/activity-markup.js';
import type { ActivityView } from '../../dist/pages/timeline/activity-view.js';
import { buildEngine, buildEnv } from '../views/view-lab.js';

describe('an activity in a timeline, drawn', () => {
  const views = buildEngine();
  const env = buildEnv();
  const drawn = (view: ActivityView): string => {
    const call = { env, request: { generation: { views } } } as unknown as Parameters<typeof drawActivity>[0];
    return drawActivity(call, view).toHTML();
  };
  const view: ActivityView = {
    subject: 'Called <Ann> & "Bob"',
    href: '/activities/7',
    facts: 'Call · inbound',
    body: '',
    isCut: false,
    links: [],
    files: [],
    due: null,
    groups: [],
    doneAction: null,
    menuId: 'entry-7',
  };
  const edit = { label: 'Edit', icon: 'pencil', href: '/activities/7/edit' };
  const trash = { label: 'Move to trash', icon: 'trash', action: '/accounts/1/timeline/7/trash', isDanger: true };
  const due = { text: 'tomorrow', datetime: '2026-03-02T09:00:00.000Z', isLate: false };
  const looks: Readonly<Record<string, ActivityView>> = {
    'of words alone': view,
    'with other words': { ...view, subject: 'Wrote', href: '/activities/8', menuId: 'entry-8' },
    'with a text that goes on': { ...view, body: "It's 5 < 6", isCut: true },
    'with links': { ...view, links: [edit, trash].map(({ label }) => ({ text: label, href: `/accounts/${label}` })) },
    'with files': {
      ...view,
      files: [
        { text: 'a.pdf', href: '/files/1', note: '2 kB' },
        { text: 'b', href: '/files/2', note: '' },
      ],
    },
    'that is planned': { ...view, due, doneAction: '/accounts/1/timeline/7/completion' },
    'that is late': { ...view, due: { ...due, isLate: true } },
    'with a menu': { ...view, groups: [{ items: [edit, trash] }] },
  };

  for (const [name, look] of Object.entries(looks)) {
    it(`is what its template says, however often: ${name}`, () => {
      const expected = views.render('core:timeline/_activity', look, env).toHTML();

      expect([drawn(look), drawn(look)]).to.deep.equal([expected, expected]);
    });
  }

  it('has the forgery token of whoever reads it', () => {
    const look = { ...view, groups: [{ items: [trash] }] };
    const other = buildEnv({ csrfToken: 'of-somebody-else' });
    drawn(look);

    const call = { env: other, request: { generation: { views } } } as unknown as Parameters<typeof drawActivity>[0];

    expect(drawActivity(call, look).toHTML()).to.contain('value="of-somebody-else"').and.not.to.contain(env.csrfToken);
  });
});
