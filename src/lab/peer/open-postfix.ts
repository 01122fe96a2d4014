/** peer.test as a Postfix: asleep behind its door until it is needed. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openSession } from '#clients/smtp/open-session';
import { SMTP_CLIENT_LIMITS } from '#clients/smtp/limits';
import type { Sent } from '#lab/providers/sending/send';
import { parseMailbox } from '#protocol/address/path';
import { replyText } from '#protocol/smtp/reply';
import { openFront } from './front.ts';
import { moveLetters, readLetters } from './mailboxes.ts';
import type { PostfixPlace } from './postfix-config.ts';
import {
  endPostfix,
  isOurs,
  logOf,
  masterOf,
  startPostfix,
  watchOver,
  writePostfix,
} from './postfix.ts';
import {
  PEER_DOMAIN,
  PEER_PEOPLE,
  isPerson,
  type Peer,
  type PeerLetter,
  type PeerParts,
  type PeerState,
} from './peer.ts';
import { toldInLog } from './told-in-log.ts';
import { tellWays } from './ways.ts';

const HOST = 'mx.peer.test';
/** Behind the door, at the same address. */
const INNER_PORT = 2526;
const WAYS_PORT = 2527;
/** How long a letter's first attempt may take. Real milliseconds. */
const PATIENCE = 30_000;
const POLL = 50;

export async function openPostfix(parts: PeerParts): Promise<Peer> {
  const { resolver, folder } = parts;
  const { network, log } = parts.ground;
  await using opened = new AsyncDisposableStack();
  const address = network.addressOf(HOST);
  const mail = path.join(folder, 'mail');
  // left by a crash
  await clearAway(folder);
  const ways = { address, port: WAYS_PORT, hostname: HOST, domain: PEER_DOMAIN };
  opened.use(await tellWays({ ...ways, resolver, network }));
  const watched = opened.use(new DisposableStack());
  opened.defer(() => clearAway(folder));

  let home: string | undefined;
  let awake: Promise<PostfixPlace> | undefined;
  const wakeUp = async (): Promise<PostfixPlace> => {
    if (home === undefined) {
      home = await makeHome(folder);
      watched.use(watchOver(home));
    }
    const who = { hostname: HOST, domain: PEER_DOMAIN, people: PEER_PEOPLE };
    const place = { ...who, home, address, port: INNER_PORT, waysPort: WAYS_PORT };
    const { cert, key } = await parts.identity();
    await writePostfix(place, `${key}\n${cert}`);
    await startPostfix(home);
    log.info('lab.peer.awake', { address, folder: home });
    return place;
  };
  const wake = (): Promise<PostfixPlace> => {
    const waking = (awake ??= wakeUp());
    waking.catch(() => {
      if (awake === waking) awake = undefined;
    });
    return waking;
  };
  const sleep = async (): Promise<void> => {
    const place = await awake?.catch(() => undefined);
    awake = undefined;
    if (place !== undefined) await endPostfix(place.home);
  };
  opened.defer(sleep);
  const port = network.localPort(25);
  const wakeForCaller = async (): Promise<boolean> => {
    try {
      await wake();
      return true;
    } catch (error) {
      log.warn('lab.peer.does-not-wake', { error: (error as Error).message });
      return false;
    }
  };
  opened.use(await openFront({ address, port, innerPort: INNER_PORT, wake: wakeForCaller }));
  const state = (): PeerState => ({
    program: 'postfix',
    running: awake !== undefined,
    address,
    port,
    why: undefined,
  });
  const kept = opened.move();
  return {
    state,
    async start() {
      await wake();
      return state();
    },
    async stop() {
      await sleep();
      return state();
    },
    send: async (letter) => sendBy(await wake(), parts, letter),
    mail(person) {
      if (!isPerson(person)) return Promise.resolve(undefined);
      return readLetters(home === undefined ? [mail] : [mail, path.join(home, 'mail')], person);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/**
 * Its processes are of several users, who have to reach their files, and the practice Internet's folder is its owner's alone: so it lies
 * below the temporary folder while the practice Internet runs, and is written down here.
 */
async function makeHome(folder: string): Promise<string> {
  const home = await mkdtemp(path.join(tmpdir(), 'hikyaku-peer-'));
  await writeFile(path.join(folder, 'place'), `${home}\n`);
  return home;
}

/** Ends the one that runs, and takes its mail home. */
async function clearAway(folder: string): Promise<void> {
  const note = path.join(folder, 'place');
  const home = (await readFile(note, 'utf8').catch(() => '')).trim();
  if (home === '') return;
  if (await isOurs(home)) {
    await endPostfix(home);
    await moveLetters(path.join(home, 'mail'), path.join(folder, 'mail'), PEER_PEOPLE);
    await rm(home, { recursive: true, force: true });
  }
  await rm(note);
}

/** Takes it to Postfix as a program on its machine would, and reads in the log what came of it. */
async function sendBy(
  { home, address, port }: PostfixPlace,
  { ground: { network, clock } }: PeerParts,
  { reversePath, forwardPath, raw }: PeerLetter,
): Promise<Sent> {
  const to = parseMailbox(forwardPath);
  const from = reversePath === '' ? null : parseMailbox(reversePath);
  if (to === undefined || from === undefined) return { kind: 'failed', said: 'no address' };
  const opened = await openSession(
    { address, port, localAddress: address, serverName: HOST, heloName: HOST, tls: 'none' },
    {
      dialer: network.dialer,
      monotonic: () => clock.monotonic(),
      randomBytes,
      limits: SMTP_CLIENT_LIMITS,
    },
    AbortSignal.timeout(PATIENCE),
  );
  if (opened.kind === 'not-open') return { kind: 'later', said: 'Postfix does not answer' };
  await using session = opened.session;
  const content = { size: raw.length, eightBit: true, smtputf8: false, chunks: [raw] };
  const { outcomes } = await session.deliver({
    reversePath: from,
    recipients: [{ mailbox: to }],
    content,
  });
  const [outcome] = outcomes;
  if (outcome?.kind !== 'delivered') {
    const cause = outcome !== undefined && 'cause' in outcome ? outcome.cause : undefined;
    const said = cause?.kind === 'reply' ? replyText(cause.reply) : 'Postfix did not take it';
    return { kind: outcome?.kind === 'failed' ? 'failed' : 'later', said };
  }
  const [, queueId] = /queued as (\w+)/.exec(replyText(outcome.reply)) ?? [];
  return waitFor(home, queueId ?? '');
}

async function waitFor(home: string, queueId: string): Promise<Sent> {
  for (let waited = 0; waited < PATIENCE; waited += POLL) {
    const told = toldInLog(await logOf(home), queueId);
    if (told !== undefined) return told;
    if ((await masterOf(home)) === undefined) break;
    await delay(POLL);
  }
  return { kind: 'later', said: 'it waits in the queue of Postfix' };
}
