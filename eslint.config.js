import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';
// Libraries that live in core only: plugins meet them through the SDK.
import coreOnly from './scripts/setup/core-libraries.json' with { type: 'json' };

/** Limits of STYLE section 5. */
const sizes = (lines) => ({
  'max-lines': ['error', { max: lines, skipBlankLines: false, skipComments: false }],
  'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
  complexity: ['error', 8],
  'max-depth': ['error', 3],
  'max-params': ['error', 4],
});

const restrict = (patterns, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }],
});

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/dist-test/**',
      '**/node_modules/**',
      'data/**',
      '.trellis/**',
      'test/architecture/fixtures/**',
      'core/test/fixtures/**',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { jsdoc },
    rules: {
      ...sizes(300),
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off', // a type parameter used once documents what a call returns
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/require-await': 'off', // async keeps a throw inside the promise
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off', // errors are recognised by kind, not by class
      '@typescript-eslint/unbound-method': 'off', // services are objects of closures: none of them uses `this`
      '@typescript-eslint/dot-notation': 'off', // noUncheckedIndexedAccess asks for brackets on index signatures
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'typeLike', format: ['PascalCase'], custom: { regex: '^I[A-Z]|Impl$', match: false } },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Take a union of literals: enums do not survive the wire.' },
        { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'Modules are namespaces already.' },
        {
          selector: 'ExportDefaultDeclaration',
          message: 'One name per thing makes search exact; only plugin.ts has a default.',
        },
      ],
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          require: { ClassDeclaration: true, FunctionDeclaration: true, MethodDefinition: false },
          contexts: [
            'TSInterfaceDeclaration',
            'TSTypeAliasDeclaration',
            'ExportNamedDeclaration > VariableDeclaration',
          ],
          enableFixer: false,
        },
      ],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['migrations/src/**', 'plugins/*/src/migrations/**'], rules: { 'max-lines-per-function': 'off' } }, // a table's columns are one list
  { files: ['**/plugin.ts'], rules: { ...sizes(80), 'no-restricted-syntax': 'off' } },
  { files: ['plugins/*/src/index.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.entity.ts', '**/*.policy.ts', '**/*.routes.ts'], rules: { 'max-lines': ['error', 150] } },
  { files: ['**/*.service.ts'], rules: { 'max-lines': ['error', 250] } },
  {
    files: ['plugins/*/src/**/*.ts'],
    ignores: ['plugins/*/contract/**'],
    rules: restrict(
      [
        ...coreOnly,
        '@trellis-crm/core',
        '@trellis-crm/core/*',
        '@trellis-crm/config',
        '@trellis-crm/migrations',
        '@trellis-crm/plugin-*',
      ],
      'A plugin imports the SDK and contract packages only.',
    ),
  },
  {
    files: ['**/test/**/*.ts'],
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': 'off',
      'jsdoc/require-jsdoc': 'off',
      '@typescript-eslint/no-base-to-string': 'off', // bodies of answers have any shape; assertions say which
      '@typescript-eslint/no-unused-expressions': 'off', // chai's properties assert
    },
  },
  {
    files: ['sdk/test/typing.test.ts'], // lines that must not compile have no types
    rules: {
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['config/src/**', 'core/src/cli/**', 'core/src/supervisor/**'],
    rules: { 'no-console': 'off' }, // these speak to the terminal
  },
  {
    files: ['**/*.ts'],
    ignores: ['config/src/**', '**/test/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config reads the environment.' },
      ],
    },
  },
);
