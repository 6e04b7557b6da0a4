// The walls between the rooms of the house (docs and README say what each room is for).
// Run by `node scripts/test.mjs walls`, with dependency-cruiser.
import swcVisitor from '@swc/core/Visitor.js';

// swc's visitor, through which dependency-cruiser reads, does not know `using` and `await using` yet: they hold what a
// variable declaration holds.
const { prototype } = swcVisitor.Visitor ?? swcVisitor;
const visitStatement = prototype.visitStatement;
prototype.visitStatement = function (statement) {
  if (statement.type === 'UsingDeclaration') {
    statement.decls = this.visitVariableDeclarators(statement.decls);
    return statement;
  }
  return visitStatement.call(this, statement);
};

const kinds = 'network|disk|memory|entropy|serial|clock|display|floppy|usb|sound';
const tests = '\\.test\\.tsx?$';

export default {
  forbidden: [
    {
      name: 'renderer-only-knows-the-contract',
      comment:
        'The renderer talks to the back end over its bridge; it may import the contract and nothing else of ours.',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(backend/(?!contract/)|electron/|e2e/|bench/|scripts/)' },
    },
    {
      name: 'electron-only-knows-the-contract',
      comment:
        "Electron's main process composes and relays; it may import the contract and nothing else of ours.",
      severity: 'error',
      from: { path: '^electron/' },
      to: { path: '^(backend/(?!contract/)|renderer/|e2e/|bench/|scripts/)' },
    },
    {
      name: 'back-end-knows-no-face',
      comment:
        'The back end imports neither the renderer nor Electron; its display device may use the DOM-free viewer core.',
      severity: 'error',
      from: { path: '^backend/(?!devices/display/)' },
      to: { path: '^(renderer|electron|e2e|bench|scripts)/|^node_modules/electron/' },
    },
    {
      name: 'back-end-reaches-the-viewer-core-only',
      comment:
        'The display device may import the DOM-free core of renderer/spice, to take pictures without a window and to speak with the guest’s SPICE agent while no viewer is open.',
      severity: 'error',
      from: { path: '^backend/devices/display/' },
      to: { path: '^(renderer/(?!spice/)|electron/|e2e/|bench/|scripts/)' },
    },
    {
      name: 'bench-and-e2e-reach-the-viewer-core-only',
      comment: 'Benchmarks and journeys see the renderer from outside, its viewer core apart.',
      severity: 'error',
      from: { path: '^(bench|e2e)/' },
      to: { path: '^renderer/(?!spice/)' },
    },
    {
      name: 'contract-stands-alone',
      comment: 'What every face imports must not pull in the back end.',
      severity: 'error',
      from: { path: '^backend/contract/', pathNot: tests },
      to: { path: '^(backend/(?!contract/)|renderer/|electron/)' },
    },
    {
      name: 'device-kinds-do-not-know-each-other',
      comment: 'backend/devices/<kind> never imports another kind.',
      severity: 'error',
      from: { path: `^backend/devices/(${kinds})/` },
      to: { path: `^backend/devices/(${kinds})/`, pathNot: '^backend/devices/$1/' },
    },
    {
      name: 'devices-know-neither-machines-nor-faces',
      comment: 'A device knows qemu/ and protocols/; machines/ knows devices, not the other way round.',
      severity: 'error',
      from: { path: '^backend/devices/', pathNot: tests },
      to: { path: '^backend/(machines|http|cli|rpc|host|guests)/' },
    },
    {
      name: 'protocols-know-nothing-of-machines',
      comment: 'Wire formats stand alone; of the back end they may use the contract (errors) and each other.',
      severity: 'error',
      from: { path: '^backend/protocols/', pathNot: tests },
      to: { path: '^backend/(?!contract/|protocols/)' },
    },
    {
      name: 'qemu-knows-nothing-of-machines',
      comment: 'backend/qemu launches and speaks QMP; what a machine is, is not its business.',
      severity: 'error',
      from: { path: '^backend/qemu/', pathNot: tests },
      to: { path: '^backend/(machines|devices|http|cli|rpc|guests|jobs)/' },
    },
    {
      name: 'features-do-not-know-each-other',
      comment: 'renderer/features/<one> never imports another; what two need belongs in ui/ or stores/.',
      severity: 'error',
      from: { path: '^renderer/features/([^/]+)/' },
      to: { path: '^renderer/features/([^/]+)/', pathNot: '^renderer/features/$1/' },
    },
    {
      name: 'device-cards-do-not-know-each-other',
      comment: 'Each device card is a folder of its own, so that it can grow into a panel.',
      severity: 'error',
      from: { path: `^renderer/features/devices/(${kinds})/` },
      to: { path: `^renderer/features/devices/(${kinds})/`, pathNot: '^renderer/features/devices/$1/' },
    },
    {
      name: 'parts-know-no-feature',
      comment: 'ui/, charts/, terminal/, stores/ and bridge/ serve the features and know none of them.',
      severity: 'error',
      from: { path: '^renderer/(ui|charts|terminal|stores|bridge|i18n|spice)/', pathNot: tests },
      to: { path: '^renderer/(features|app)/' },
    },
    {
      name: 'viewer-knows-no-react',
      comment: 'The viewer core knows neither React nor the rest of the renderer.',
      severity: 'error',
      from: { path: '^renderer/spice/' },
      to: { path: '^renderer/(?!spice/)|^node_modules/react' },
    },
    {
      name: 'no-circles',
      comment: 'A circle of imports hides which part rests on which. Types alone may point back.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'tests-are-not-imported',
      comment: 'Nothing imports a test.',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'all-imports-resolve',
      comment: 'An import that leads nowhere, or to a package that package.json does not name.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '\\.css$|^virtual:|\\?(worker|url|raw)$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.setup)/' },
    // TypeScript 7 has no compiler interface that dependency-cruiser could use.
    parser: 'swc',
    moduleSystems: ['es6', 'cjs'],
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json', '.css', '.d.ts'],
    },
  },
};
