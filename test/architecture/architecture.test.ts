import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { cruise, type ICruiseOptions, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';

type Configuration = IFlattenedRuleSet & { readonly options: ICruiseOptions };

const root = new URL('../../../', import.meta.url);
const fixtures = new URL('test/architecture/fixtures/', root);
const configuration = createRequire(import.meta.url)(
  fileURLToPath(new URL('.dependency-cruiser.cjs', root)),
) as Configuration;

describe('import rules', () => {
  for (const { name } of configuration.forbidden ?? []) {
    it(`${name ?? 'a rule without a name'} rejects its fixture`, async () => {
      const violated = await violationsIn(new URL(`${name ?? ''}/`, fixtures));

      expect(violated).to.include(name);
    });
  }

  it('have no fixture without a rule', () => {
    const names = (configuration.forbidden ?? []).map(({ name }) => name);

    expect(readdirSync(fixtures)).to.have.members(names);
  });
});

async function violationsIn(folder: URL): Promise<readonly string[]> {
  const { forbidden } = configuration;
  const options = { ...configuration.options, baseDir: fileURLToPath(folder), validate: true, ruleSet: { forbidden } };
  const { output } = await cruise(['.'], options as ICruiseOptions);
  return (output as ICruiseResult).summary.violations.map((violation) => violation.rule.name);
}
