/** The time of a server by one question of SNTP (RFC 4330 §5): how far its clock is ahead of ours. */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Clock } from '#clock';
import { failed } from './line-connection.ts';
import type { ProbeFailure } from './probe.ts';

const PORT = 123;
const PATIENCE = 3000;
const SIZE = 48;
/** Leap 0, version 4, mode 3: a client. */
const CLIENT = 0x23;
const SERVER = 4;
/** Seconds from 1900 to 1970. */
const EPOCH = 2_208_988_800;
const FRACTION = 2 ** 32;

/** @returns milliseconds that the server is ahead of `clock`'s calendar */
export function askTime(
  address: string,
  clock: Clock,
  random: Uint8Array,
  signal: AbortSignal,
  port = PORT,
): Promise<number | ProbeFailure> {
  return new Promise((resolve) => {
    const socket = createSocket({
      type: isIPv6(address) ? 'udp6' : 'udp4',
      // addresses need no look-up on a thread: a socket that is closed during one stays open
      lookup: (given, _options, callback) => callback(null, given, isIPv6(given) ? 6 : 4),
    });
    const settle = (result: number | ProbeFailure): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners().on('error', () => {});
      socket.close();
      resolve(result);
    };
    const onAbort = (): void => settle({ kind: 'failed', cause: 'given up' });
    const timer = setTimeout(() => settle({ kind: 'failed', cause: 'timed out' }), PATIENCE);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error) => settle(failed(error)));
    let sent = 0;
    let monotonic = 0;
    socket.on('message', (answer) => {
      const elapsed = clock.monotonic() - monotonic;
      const ahead = readAnswer(answer, random, sent, elapsed);
      if (ahead !== undefined) settle(ahead);
    });
    const question = Buffer.alloc(SIZE);
    question[0] = CLIENT;
    // §5: the server gives it back; a random one cannot be guessed by who only sends answers
    question.set(random.subarray(0, 8), SIZE - 8);
    // not handed to connect(), which would call it where it failed as well
    socket.once('connect', () => {
      sent = clock.now();
      monotonic = clock.monotonic();
      socket.send(question, (error) => {
        if (error) settle(failed(error));
      });
    });
    socket.connect(port, address);
  });
}

/** Undefined for what is no answer to the question. */
function readAnswer(
  answer: Buffer,
  random: Uint8Array,
  sent: number,
  elapsed: number,
): number | undefined {
  const isServer = answer.length >= SIZE && (answer[0]! & 0x07) === SERVER;
  if (!isServer || !answer.subarray(24, 32).equals(random.subarray(0, 8))) return undefined;
  // stratum 0 is a refusal
  if (answer[1] === 0) return undefined;
  const received = timestamp(answer, 32);
  const answered = timestamp(answer, 40);
  return (received - sent + (answered - (sent + elapsed))) / 2;
}

/** Calendar milliseconds. Until 2036 the seconds since 1900 fit. */
function timestamp(bytes: Buffer, at: number): number {
  return (bytes.readUInt32BE(at) - EPOCH + bytes.readUInt32BE(at + 4) / FRACTION) * 1000;
}
