/**
 * IMAP as a client sees it, extension by extension, in the terms of the protocol: each case is a sentence, the
 * capabilities that it needs, and a dialogue. Run on our server, and on Dovecot to show that our reading of the RFCs is
 * the field's; what a server does not offer is skipped, and counted by capability.
 */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { ImapAccount } from '../account.ts';
import { ImapClient } from '../client.ts';
import type { ProtocolCase, ProtocolCases } from './case.ts';
import { CONDSTORE } from './condstore.ts';
import { CONNECTION } from './connection.ts';
import { FETCH } from './fetch.ts';
import { HOSTILE } from './hostile.ts';
import { LIST } from './list.ts';
import { METADATA } from './metadata.ts';
import { NOTIFY } from './notify.ts';
import { QRESYNC } from './qresync.ts';
import { SEARCH } from './search.ts';
import { SELECTED } from './selected.ts';
import { SORT } from './sort.ts';
import { STORE } from './store.ts';
import { UIDS } from './uids.ts';
import { UTF8 } from './utf8.ts';
import { Stage } from './stage.ts';

const GROUPS: Readonly<Record<string, ProtocolCases>> = {
  'connection and login': CONNECTION,
  'mailbox names': LIST,
  'the selected mailbox': SELECTED,
  FETCH,
  'STORE, COPY, MOVE and APPEND': STORE,
  SEARCH,
  'SORT and THREAD': SORT,
  CONDSTORE,
  QRESYNC,
  'IDLE and NOTIFY': NOTIFY,
  'METADATA, QUOTA and OBJECTID': METADATA,
  'UTF-8 and IMAP4rev2': UTF8,
  'UIDONLY, PARTIAL and UIDBATCHES': UIDS,
  'what no client should send': HOSTILE,
};

/** How many cases there are, held against what a test file says, so that none is lost. */
export const PROTOCOL_CASES = Object.values(GROUPS).flatMap((group) => Object.keys(group)).length;

export interface ProtocolExpectation {
  /** Capability → how many cases are skipped for want of it. */
  readonly skips: Readonly<Record<string, number>>;
  /** Case → in what the server differs. It is run all the same, and has to fail. */
  readonly lacks: Readonly<Record<string, string>>;
  /** For a server that compares times of files, and so misses what changes within a second of its last look. */
  readonly settle?: () => Promise<void>;
}

/** Call at the top level of a test file. @param account asked for when a test runs */
export function imapProtocol(
  account: (tls?: ImapAccount['tls']) => ImapAccount,
  { skips, lacks, settle = async () => {} }: ProtocolExpectation,
): void {
  const skipped: Record<string, number> = {};
  let offered: Set<string> | undefined;
  let number = 0;

  async function check(context: TestContext, name: string, either: ProtocolCase): Promise<void> {
    offered ??= await capabilitiesOf(account());
    const { needs, run } = typeof either === 'function' ? { needs: '', run: either } : either;
    const missing = needs.split(' ').find((word) => word !== '' && !isOffered(offered!, word));
    if (missing !== undefined) {
      skipped[missing] = (skipped[missing] ?? 0) + 1;
      context.skip(`no ${missing}`);
      return;
    }
    number += 1;
    await using stage = new Stage(account, `case${number}`, settle);
    const lacking = lacks[name];
    if (lacking === undefined) {
      await run(stage);
      return;
    }
    await assert.rejects(run(stage), `it does what it is said to lack: ${lacking}`);
    context.skip(lacking);
  }

  for (const [group, cases] of Object.entries(GROUPS))
    describe(group, () => {
      for (const [name, either] of Object.entries(cases))
        test(name, (context) => check(context, name, either));
    });

  test('as many cases were skipped as are expected for each capability', () => {
    assert.deepEqual(skipped, skips);
    const names = new Set(Object.values(GROUPS).flatMap((group) => Object.keys(group)));
    const unknown = Object.keys(lacks).filter((name) => !names.has(name));
    assert.deepEqual(unknown, []);
  });
}

/** `APPENDLIMIT=1000` offers APPENDLIMIT. */
function isOffered(offered: ReadonlySet<string>, name: string): boolean {
  return offered.has(name) || [...offered].some((one) => one.startsWith(`${name}=`));
}

async function capabilitiesOf(account: ImapAccount): Promise<Set<string>> {
  await using client = await ImapClient.login(account);
  return await client.capabilities();
}
