// The house rules that a machine can check; the words behind them are in README.md.
import js from '@eslint/js'
import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** Which folder may import which: each may use those before it, never one after it. */
const LAYERS = ['lib', 'ui', 'api', 'charts', 'components', 'pages', 'routes']

/** `charts` and `components` share a step: either may use the other. */
const STEP = { lib: 0, ui: 1, api: 2, charts: 3, components: 3, pages: 4, routes: 5 }

function layerRule(layer) {
  const later = LAYERS.filter((it) => STEP[it] > STEP[layer])
  // `ui` knows nothing of the domain and `lib` nothing of React: both stand on `lib` alone.
  const forbidden = layer === 'api' ? [...later, 'ui'] : later
  const patterns = forbidden.map((it) => ({
    group: [`@/${it}/*`, `@/${it}`],
    message: `${layer}/ may not know ${it}/: lib → ui → api → charts/components → pages → routes.`,
  }))
  if (layer === 'lib') {
    patterns.push({ group: ['react', 'react-dom', '@tanstack/*'], message: 'lib/ is pure and knows nothing of React.' })
  }
  if (layer !== 'charts') {
    patterns.push({ group: ['uplot'], message: 'Only charts/ knows uPlot, and there only one file.' })
  }
  patterns.push({ group: ['./*', '../*'], message: 'Import the file by its path from src: @/…' })
  return {
    files: [`src/${layer}/**/*.{ts,tsx}`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  }
}

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.ts', 'test-results'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  reactHooks.configs.flat['recommended-latest'],
  jsxA11y.flatConfigs.strict,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // A list with role="list" keeps its meaning in Safari when its bullets are styled away.
      'jsx-a11y/no-redundant-roles': ['error', { ul: ['list'], ol: ['list'] }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'No barrels: import the file that has it.' },
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only, so that a name is searched once.' },
      ],
    },
  },
  ...LAYERS.map(layerRule),
  {
    files: ['*.config.{ts,js}'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-restricted-syntax': 'off' },
  },
)
