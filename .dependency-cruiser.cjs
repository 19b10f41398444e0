const path = require('node:path');

const coreOnly = require('./scripts/setup/core-libraries.json').map((name) => `node_modules/${name}/`);
const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });

/** The table of STYLE section 2 and DESIGN section 3. Each rule has a fixture below test/architecture/fixtures that it must reject. */
module.exports = {
  forbidden: [
    rule('no-cycles', {}, { circular: true }, 'An import cycle is an error, type-only or not.'),
    rule(
      'sdk-imports-nothing-of-ours',
      { path: '^sdk/src/' },
      { path: ['^core/', '^config/', '^migrations/', '^plugins/'] },
    ),
    rule(
      'config-imports-nothing-of-ours',
      { path: '^config/src/' },
      { path: ['^core/', '^sdk/', '^migrations/', '^plugins/'] },
    ),
    rule(
      'core-imports-no-plugin',
      { path: '^core/src/' },
      { path: '^plugins/' },
      'Core loads plugins by their folder.',
    ),
    rule(
      'migrations-import-only-frozen-builders',
      { path: ['^migrations/src/', '^plugins/[^/]+/src/migrations/'] },
      {
        path: ['^sdk/', '^core/', '^config/', '^plugins/'],
        pathNot: ['^sdk/(src|dist)/migrations/v1/', '^sdk/(src|dist)/migration', '^plugins/[^/]+/src/migrations/'],
      },
      'Entities and services change; a released migration must not.',
    ),
    rule(
      'contract-imports-only-sdk',
      { path: '^plugins/[^/]+/contract/src/' },
      { path: ['^core/', '^config/', '^migrations/', '^plugins/'], pathNot: '^plugins/[^/]+/contract/' },
    ),
    rule(
      'plugin-imports-only-sdk-and-contracts',
      { path: '^plugins/[^/]+/src/' },
      { path: ['^core/', '^config/', '^migrations/'] },
    ),
    rule(
      'plugin-imports-no-other-plugin',
      { path: '^plugins/([^/]+)/src/' },
      { path: ['^plugins/[^/]+/src/', '^plugins/[^/]+/dist/'], pathNot: '^plugins/$1/' },
      'Plugins meet in events, contracts, extension points and references.',
    ),
    rule(
      'plugin-uses-no-core-library',
      { path: ['^plugins/[^/]+/src/', '^plugins/[^/]+/contract/src/'] },
      { path: coreOnly },
    ),
    rule(
      'plugin-tests-use-the-harness',
      { path: '^plugins/[^/]+/test/' },
      { path: ['^core/', '^config/', '^migrations/'] },
    ),
    rule(
      'roles-point-downwards',
      { path: ['[.]entity[.]ts$', '[.]policy[.]ts$', '[.]service[.]ts$'] },
      { path: ['[.]routes[.]ts$', '[.]pages[.]ts$', '[.]presenter[.]ts$', '[.]view[.]ts$'] },
    ),
    rule('entities-know-no-rules', { path: '[.]entity[.]ts$' }, { path: ['[.]policy[.]ts$', '[.]service[.]ts$'] }),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: path.join(__dirname, 'tsconfig.base.json') },
    doNotFollow: { path: 'node_modules' },
    // Fixtures break the rules on purpose; their own test runs from inside their folders.
    exclude: { path: ['dist-test/', '^test/architecture/fixtures/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.js', '.d.ts'],
    },
  },
};
