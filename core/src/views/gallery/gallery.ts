import type { PageModel } from '../page-model.js';
import type { SafeHtml } from '../safe-html.js';
import type { ViewEngine } from '../view-engine.js';
import type { ViewEnv } from '../view-env.js';
import { actionSpecimens } from './action-specimens.js';
import { feedbackSpecimens } from './feedback-specimens.js';
import { formSpecimens } from './form-specimens.js';
import { recordSpecimens } from './record-specimens.js';
import { snippetOf, type Specimen, type SpecimenGroup } from './specimen.js';

/** The page `/dev/ui`: every partial of the kit in its states, what it takes, and what to write to get it. */
export function buildGallery(engine: ViewEngine, env: ViewEnv): PageModel {
  const render = (partial: string, context: object): SafeHtml => engine.render(partial, context, env);
  const groups = [actionSpecimens, formSpecimens, recordSpecimens, feedbackSpecimens].map((list) => list(render));
  const title = engine.translate(env, 'core', 'ui.gallery.title');
  const links = groups.map(({ id, title: label }) => ({ label, href: `#block-${id}` }));
  return {
    title,
    layout: 'app',
    breadcrumbs: [{ label: title }],
    blocks: [
      { name: 'head', html: render('core:gallery/head', { title, links }) },
      ...groups.map((group) => ({
        name: group.id,
        html: render('core:gallery/group', presentGroup(engine, env, group)),
      })),
    ],
  };
}

function presentGroup(engine: ViewEngine, env: ViewEnv, group: SpecimenGroup): object {
  const partials = [...new Set(group.specimens.map(({ partial }) => partial))];
  return {
    title: group.title,
    partials: partials.map((name) => ({
      name,
      description: engine.describe(name) ?? '',
      states: group.specimens
        .filter(({ partial }) => partial === name)
        .map((specimen) => presentState(engine, env, specimen)),
    })),
  };
}

function presentState(engine: ViewEngine, env: ViewEnv, specimen: Specimen): object {
  const { partial, state, context } = specimen;
  return { state, html: engine.render(partial, context, env), snippet: snippetOf(specimen) };
}
