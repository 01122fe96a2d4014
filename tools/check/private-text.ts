/**
 * Holds back what must not be published: private keys and access tokens, download addresses of a registry,
 * and paths that exist on one machine only. Test material (`test/fixtures`, `test/suites`) may hold keys made
 * for tests, and what others wrote is theirs.
 */
import { lineAt, type Findings, type SourceFile } from './source-tree.ts';

interface Forbidden {
  readonly what: string;
  readonly pattern: RegExp;
  /** Where it may stand all the same. */
  readonly except?: RegExp;
}

const MATERIAL = /^test\/(?:fixtures|suites)\//;

const FORBIDDEN: readonly Forbidden[] = [
  {
    what: 'a private key',
    pattern: /-{5}BEGIN (?:[A-Z]+ )*PRIVATE KEY-{5}\r?\n[A-Za-z0-9+/=]{16}/g,
    except: MATERIAL,
  },
  {
    what: 'an access token',
    pattern:
      /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{30,}|AKIA[A-Z0-9]{16}|xox[abp]-[\w-]{20,})/g,
  },
  {
    what: 'the address of a registry',
    pattern: /\bregistry\.(?:npmjs|yarnpkg|npmmirror)\.\w+|\b(?:deb|security)\.debian\.org\b/g,
    except: MATERIAL,
  },
  { what: 'a download address in the lockfile', pattern: /"resolved": "https?:[^"]*"/g },
  {
    what: 'a path of one machine',
    pattern: /(?<![\w.~/-])\/(?:work|root|home\/\w+|tmp\/plan)\/[\w.-]+/g,
    except: MATERIAL,
  },
];

const BINARY = /\.(?:png|jpe?g|gif|ico|woff2?|gz|zst|zip|tgz|der|p12|eml|mbox|bin)$/;

/** Whether a file is read as text by this rule. */
export function isTextFile(file: string): boolean {
  return !BINARY.test(file);
}

/** Every forbidden text in the given files, except where it is test material. */
export function privateTextFindings(files: readonly SourceFile[]): Findings {
  return files.flatMap((file) =>
    FORBIDDEN.filter(({ except }) => !except?.test(file.path)).flatMap(({ what, pattern }) =>
      [...file.text.matchAll(pattern)].map(
        (match) =>
          `${file.path}:${lineAt(file.text, match.index)}: ${what}: ${match[0].slice(0, 40).split('\n')[0]}`,
      ),
    ),
  );
}
