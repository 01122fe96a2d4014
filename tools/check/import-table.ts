/**
 * The import rule as data: who may import whom (the table in the design), and what a layer may not touch.
 * `import-rule.ts` applies it; nothing here computes.
 */

export interface Layer {
  /** A folder below `src/`, or a file of its root; the longest that fits a path counts. */
  readonly path: string;
  /** Folders below `src/` that it may import, besides its own top folder's files and the leaves. */
  readonly may: readonly string[];
  /** Node's own modules it may use; undefined: all but `mayNotUse`. */
  readonly mayUse?: readonly string[];
  readonly mayNotUse?: readonly string[];
  /** Names of {@link AMBIENT} that its code may not contain. */
  readonly withoutAmbient?: readonly Ambient[];
  /** Packages of its own: no other layer may import them. */
  readonly ownPackages?: readonly string[];
}

/** Shared leaves: everything may import them, and they import only each other. */
export const LEAVES = ['log', 'events', 'clock', 'bytes', 'visible-json'];

/** What reaches around the arguments: clocks, randomness and environment are handed in. */
export const AMBIENT = {
  process: /(?<![\w$.#])process\s*[.[]/g,
  calendar: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?![\w\s(]))/g,
  monotonic: /\bperformance\s*\.\s*now\b|\bhrtime\b/g,
  randomness:
    /\bMath\s*\.\s*random\b|\brandom(?:Bytes|Int|UUID|Fill|FillSync)\s*\(|\bgetRandomValues\b/g,
  seed: /\bMath\s*\.\s*random\b/g,
  timers: /(?<![\w$.])(?:setTimeout|setInterval|setImmediate|queueMicrotask)\s*\(/g,
} as const;
export type Ambient = keyof typeof AMBIENT;

const NETWORK = ['net', 'tls', 'dgram', 'dns', 'http', 'http2', 'https'];

export const LAYERS: readonly Layer[] = [
  {
    path: 'protocol',
    may: ['protocol'],
    mayUse: ['buffer', 'crypto', 'url', 'util', 'zlib'],
    withoutAmbient: ['process', 'calendar', 'monotonic', 'randomness', 'timers'],
  },
  {
    path: 'store',
    may: ['protocol', 'store'],
    withoutAmbient: ['calendar', 'monotonic', 'seed'],
    ownPackages: ['pg', 'pg-cursor', 'pg-copy-streams', 'postgrator'],
  },
  // It waits for real processes, so real time is what it means.
  { path: 'store/embedded', may: ['store'], withoutAmbient: ['calendar', 'seed'] },
  {
    path: 'clients',
    may: ['protocol', 'clients'],
    withoutAmbient: ['calendar', 'monotonic', 'seed'],
  },
  {
    path: 'mail',
    may: ['store', 'clients', 'protocol', 'mail'],
    mayNotUse: NETWORK,
    withoutAmbient: ['process', 'calendar', 'monotonic', 'seed'],
  },
  server('servers', 'servers/net'),
  server('servers/net'),
  server('servers/smtp', 'servers/net'),
  server('servers/imap', 'servers/net'),
  server('servers/http', 'servers/net'),
  server('servers/jmap', 'servers/net', 'servers/http'),
  server('servers/admin', 'servers/net', 'servers/http'),
  {
    path: 'lab',
    // what is told to who watches sessions, and no more of IMAP
    may: [
      'protocol',
      'clients',
      'servers/net',
      'servers/smtp',
      'servers/imap/witness',
      'servers/imap/listener',
      'mail',
      'store',
      'lab',
    ],
  },
  { path: 'cli', may: ['*'] },
  { path: 'server', may: ['*'] },
  { path: 'main', may: ['*'] },
  { path: 'config', may: ['protocol', 'config'] },
];

/** One of `servers/*`: itself, what lies under all servers, and the named ones. */
function server(path: string, ...others: readonly string[]): Layer {
  const may = ['mail', 'store', 'protocol', path, ...others].filter(
    (folder) => folder !== 'servers',
  );
  return { path, may, withoutAmbient: ['calendar', 'monotonic', 'seed'] };
}

/** Folders that only the named ones may import, whatever their own row says. */
export const ONLY_FOR: Readonly<Record<string, readonly string[]>> = {
  cli: ['main', 'cli'],
  server: ['cli', 'main', 'server'],
  main: [],
  lab: ['cli', 'lab'],
  'store/lab': ['lab', 'store/lab', 'cli', 'server'],
};

/** Files that may use what their layer may not, each with its reason. */
export const EXEMPT: Readonly<Record<string, readonly Ambient[]>> = {
  // Asks which processes of this machine live, its own among them.
  'src/mail/queue/claim/worker-name.ts': ['process', 'randomness'],
};

/** File names that hide their content. */
export const HIDING_NAMES = [
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'manager',
  'misc',
  'types',
];
