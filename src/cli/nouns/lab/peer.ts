/** `hikyaku lab peer`: the mail server at peer.test, which is a Postfix where one is installed. */
import type { Command } from 'commander';
import type { PeerState } from '#lab/peer/peer';
import { callAdded } from '#cli/control';
import { CommandFailure } from '#cli/failure';
import { printDone } from '#cli/terminal/output';
import { addVerb, type CommonOptions } from '#cli/verb';

export function addPeerVerbs(lab: Command): void {
  addVerb(
    lab,
    'peer [change]',
    'the mail server at peer.test: what it is, and whether it runs; start, stop',
    'hikyaku lab peer',
    'hikyaku lab peer start     # it starts by itself when mail comes',
    'hikyaku lab peer stop',
    'hikyaku lab mailbox friend@peer.test',
  ).action(async (change: string | undefined, options: CommonOptions) => {
    const state = await callAdded<PeerState>(options, callOf(change), {});
    printDone(options, state, describe(state));
  });
}

/** @throws CommandFailure */
function callOf(change: string | undefined): `lab/${string}` {
  if (change === undefined) return 'lab/peer';
  if (change === 'start' || change === 'stop') return `lab/peer-${change}`;
  throw new CommandFailure(
    `${change} is nothing that peer.test can do`,
    'Write start or stop, or nothing to see whether it runs.',
  );
}

function describe({ program, running, address, port, why }: PeerState): string {
  const at = `mx.peer.test, ${address} port ${port}`;
  if (program === 'stand-in') return `${at}: a stand-in of Hikyaku's own parts, since ${why}`;
  return `${at}: Postfix, ${running ? 'awake' : 'asleep; it starts when somebody connects'}`;
}
