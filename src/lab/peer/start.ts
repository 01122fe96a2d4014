/**
 * peer.test, an ordinary mail server that is not ours: a Postfix of its own where one is installed and may be started, and a stand-in of
 * production's parts elsewhere. Postfix sleeps until somebody connects to it, has it send, or starts it.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { whyNoPostfix } from './installed.ts';
import { openPostfix } from './open-postfix.ts';
import type { Peer, PeerOptions, PeerParts } from './peer.ts';
import { openStandIn } from './stand-in.ts';

export async function startPeer({ postfix = true, ...options }: PeerOptions): Promise<Peer> {
  const folder = path.join(options.ground.folder, 'peer');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const parts: PeerParts = { ...options, folder };
  const why = postfix ? await whyNoPostfix() : 'it was told so';
  return why === undefined ? openPostfix(parts) : openStandIn(parts, why);
}
