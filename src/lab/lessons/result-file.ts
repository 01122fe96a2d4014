/**
 * The badge: what a learner has passed as one JSON object, signed with Ed25519 by the key of their own practice Internet. It shows that nobody changed it
 * since; that the learner did the lessons, only whoever trusts the key knows, since it lies on the learner's machine.
 */
import {
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { z } from 'zod';

const FORMAT = 'hikyaku-lab-progress-1';
/** Octets of a file: far more than 37 lessons need. */
export const LONGEST_RESULT = 64 * 1024;
/** PKCS #8 of an Ed25519 key, up to its 32 octets (RFC 8410 §7). */
const BEFORE_SEED = Buffer.from('302e020100300506032b657004220420', 'hex');
/** SubjectPublicKeyInfo of one (RFC 8410 §4). */
const BEFORE_PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');

/** Shown on terminals: nothing that moves their cursor. */
export const learnerName = z
  .string()
  .min(1)
  .max(100)
  .regex(/^\P{C}+$/u);
const time = z.iso.datetime();
const unsigned = z.object({
  format: z.literal(FORMAT),
  learner: learnerName,
  at: time,
  of: z.number().int().min(0).max(1000),
  lessons: z
    .array(
      z.object({
        lesson: z.string().regex(/^\d\.\d{1,2}$/),
        state: z.enum(['started', 'passed']),
        hints: z.number().int().min(0).max(3),
        passedAt: time.nullable(),
      }),
    )
    .max(100),
  key: z.base64url().length(43),
});
const signed = unsigned.extend({ signature: z.base64url().length(86) });

export type LearnerResult = z.infer<typeof unsigned>;
export type SignedResult = z.infer<typeof signed>;

/** @param secret of the installation: the same key for each file of it */
export function signResult(
  secret: Uint8Array,
  given: Omit<LearnerResult, 'format' | 'key'>,
): SignedResult {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'lab progress', 32));
  const key = createPrivateKey({
    key: Buffer.concat([BEFORE_SEED, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const result = { ...given, format: FORMAT, key: publicOf(key) } as const;
  return { ...result, signature: sign(null, content(result), key).toString('base64url') };
}

/** Undefined: it is no result file, or was changed since it was signed. */
export function readResult(text: string): LearnerResult | undefined {
  const parsed = signed.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { signature, ...result } = parsed.data;
  const key = createPublicKey({
    key: Buffer.concat([BEFORE_PUBLIC, Buffer.from(result.key, 'base64url')]),
    format: 'der',
    type: 'spki',
  });
  const isTrue = verify(null, content(result), key, Buffer.from(signature, 'base64url'));
  return isTrue ? result : undefined;
}

/** In one order, whichever the file has. */
function content({ format, learner, at, of, lessons, key }: LearnerResult): Uint8Array {
  const rows = lessons.map(({ lesson, state, hints, passedAt }) => [
    lesson,
    state,
    hints,
    passedAt,
  ]);
  return Buffer.from(JSON.stringify([format, learner, at, of, rows, key]));
}

function publicOf(key: KeyObject): string {
  return createPublicKey(key)
    .export({ format: 'der', type: 'spki' })
    .subarray(BEFORE_PUBLIC.length)
    .toString('base64url');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
