/**
 * The mail programs that people use, each with an account of its own to work on: what it did is looked at on the
 * server. Every one is a function of where an account is, so that it runs on Dovecot, to show that it is right, and on
 * our server.
 */
import { describe, test } from 'node:test';
import type { ImapAccount } from '../account.ts';
import { curl, fetchmail, getmail } from './fetchers.ts';
import { imapflow, imapflowResync, imaplib } from './libraries.ts';
import { mutt } from './mutt.ts';
import { mbsync, offlineimap } from './sync.ts';
import { thunderbird, type Submission } from './thunderbird.ts';
import { World } from './world.ts';
import { peer, pythonPeer, type Peer } from '../../peers/installed.ts';

interface RealClient {
  readonly does: string;
  readonly peer: Peer;
  readonly run: (world: World, program: string) => Promise<void>;
}

const OURS: Peer = { path: '', skip: false };

/**
 * Call at the top level of a test file.
 * @param account asked for when a test runs; over TLS from the first octet
 * @param submission where Thunderbird sends; on a server that takes none it stores a draft instead
 */
export function realClients(account: () => ImapAccount, submission?: () => Submission): void {
  const clients: readonly RealClient[] = [
    {
      does: 'mbsync keeps a Maildir and the account alike, and a second run moves nothing',
      peer: peer('mbsync', 'isync'),
      run: mbsync,
    },
    {
      does: 'offlineimap keeps a Maildir and the account alike, and a second run moves nothing',
      peer: peer('offlineimap', 'offlineimap3'),
      run: offlineimap,
    },
    { does: 'mutt reads, flags, copies, deletes and postpones', peer: peer('mutt'), run: mutt },
    { does: 'fetchmail takes what is unseen, once', peer: peer('fetchmail'), run: fetchmail },
    { does: 'getmail takes each letter once', peer: peer('getmail', 'getmail6'), run: getmail },
    { does: 'curl lists, searches, reads and appends', peer: peer('curl'), run: curl },
    {
      does: "Python's imaplib does a bit of everything",
      peer: pythonPeer('imaplib', 'python3'),
      run: imaplib,
    },
    { does: 'imapflow does a bit of everything', peer: OURS, run: imapflow },
    {
      does: 'imapflow learns what changed by CONDSTORE and QRESYNC',
      peer: OURS,
      run: imapflowResync,
    },
    {
      does: 'Thunderbird shows, flags, moves, writes and hears of letters',
      peer: peer('thunderbird'),
      run: (world, program) => thunderbird(world, program, submission?.()),
    },
  ];
  describe('real clients', () => {
    for (const { does, peer, run } of clients)
      test(does, { skip: peer.skip }, async () => {
        await using world = await World.open(account());
        await run(world, peer.path);
      });
  });
}
