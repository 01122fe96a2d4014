/**
 * Reads the cases of the is_email test set from tests.xml (see SOURCE.md). The file is flat and regular, so that a pattern per
 * element does; entities are resolved, and U+2400+n turned back into control character n, as its notes say.
 */
import { readFileSync } from 'node:fs';

export type Category = 'VALID' | 'DNSWARN' | 'RFC5321' | 'CFWS' | 'DEPREC' | 'RFC5322' | 'ERR';

export type IsEmailCase = {
  readonly id: number;
  readonly address: string;
  readonly category: Category;
  readonly diagnosis: string;
};

export function readCases(): IsEmailCase[] {
  const xml = readFileSync(new URL('./tests.xml', import.meta.url), 'utf8');
  return [...xml.matchAll(/<test id="(\d+)">(.*?)<\/test>/gs)].map(([, id, body]) => ({
    id: Number(id),
    address: resolve(/<address>(.*?)<\/address>/s.exec(body!)?.[1] ?? ''),
    category: element(body!, 'category').replace(/^ISEMAIL_|_CATEGORY$/g, '') as Category,
    diagnosis: element(body!, 'diagnosis').replace(/^ISEMAIL_/, ''),
  }));
}

function element(body: string, name: string): string {
  const value = new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
  if (value === undefined) throw new Error(`a case without ${name}: ${body}`);
  return value;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function resolve(text: string): string {
  return text
    .replaceAll(/&(?:#x([0-9A-Fa-f]+)|(\w+));/g, (entity, hex?: string, name?: string) => {
      const value = hex === undefined ? NAMED[name!] : String.fromCodePoint(Number.parseInt(hex, 16));
      if (value === undefined) throw new Error(`unknown entity ${entity}`);
      return value;
    })
    .replaceAll(/[\u2400-\u241f\u2421]/g, (symbol) =>
      symbol === '\u2421' ? '\x7f' : String.fromCharCode(symbol.charCodeAt(0) - 0x2400),
    );
}
