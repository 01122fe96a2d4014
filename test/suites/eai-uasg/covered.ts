/** The names that the EAI suites share, and how a test says which ids of the list it covers. */
import { test } from 'node:test';
import { toAscii } from '#protocol/address/domain';

export const DOMAINS = ['例え.テスト', 'उदाहरण.परीक्षा', 'مثال.إختبار', 'bücher.example'];
export const LOCAL_PARTS = ['用户', 'おとわ', 'अजय', 'علي', 'jürgen', 'ascii'];
/** Every mixture of local part and U-labels or A-labels. */
export const ADDRESSES = DOMAINS.flatMap((domain) =>
  LOCAL_PARTS.flatMap((local) => [`${local}@${domain}`, `${local}@${toAscii(domain)!}`]),
);

/** Ids that tests of this file said that they cover. */
export const covered = new Set<string>();

/** @param ids without the `EAI-`, apart by spaces */
export function eai(ids: string, name: string, body: () => Promise<void>): void {
  for (const id of ids.split(' ')) covered.add(`EAI-${id}`);
  test(`${ids}: ${name}`, body);
}
