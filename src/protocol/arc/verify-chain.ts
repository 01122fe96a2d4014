/**
 * Validating an Authenticated Received Chain (RFC 8617 §5.2), in the same two parts as DKIM (`dkim/verify.ts`), so that one pass over
 * the body serves both: `beginChainVerification` reads the chain as soon as the header is there and asks for its keys,
 * `finish` judges when the body has ended. Every failure is permanent (§5.2.1), that of a look-up among them.
 * Pure but for the lookup that is handed in. Work is bounded: fifty sets, 256 KB of fields, keys as DKIM limits them.
 * Called by mail/receive and the command line.
 */
import type { BodyHashes } from '#protocol/dkim/body-hash';
import { compareBody } from '#protocol/dkim/judge-signature';
import type { TriedKeys } from '#protocol/dkim/try-keys';
import {
  bodyHashRequest,
  finishWithBody,
  type Verification,
  type VerificationInput,
  type VerifyOptions,
} from '#protocol/dkim/verify';
import { splitHeader } from '#protocol/message/header/fields';
import { arrangeSets } from './arrange-sets.ts';
import { collectFields } from './collect-fields.ts';
import { type ChainLink, readChain, type ReadOrFault } from './read-chain.ts';
import type { ArcFault, ArcField, ArcReport, ArcStep, ChainStatus } from './report.ts';
import { ruleOf } from './rules.ts';
import { tryChain, type Tried } from './try-chain.ts';

type ChainInput = Omit<VerificationInput, 'maxSignatures'>;

/** What all reports of one message have in common. */
interface Begun {
  readonly instance: number;
  readonly links: readonly ChainLink[];
  readonly steps: readonly ArcStep[];
}

/** Validates the chain of a message that is at hand. Rejects only where `body` or `lookup` do. */
export async function verifyChain(
  options: Omit<VerifyOptions, 'maxSignatures'>,
): Promise<ArcReport> {
  const { header: head, body, ...rest } = options;
  const verification = beginChainVerification({ ...rest, head, header: splitHeader(head) });
  return finishWithBody(verification, body);
}

/** Reads the chain and asks for its keys. */
export function beginChainVerification(input: ChainInput): Verification<ArcReport> {
  const collection = collectFields(input.head, input.header);
  const { counts: fields, highest } = collection;
  const steps: ArcStep[] = [{ step: 'fields-collected', rfc: 'RFC 8617 §5.2', highest, fields }];
  const unread: Begun = { instance: highest, links: [], steps };
  if (Object.values(fields).every((count) => count === 0)) return decided(conclude(unread, 'none'));
  const sets = arrangeSets(collection);
  if ('reason' in sets) return decided(conclude(unread, 'fail', sets));
  const links = readChain(input, sets);
  const sealed = links.map(({ report }): ArcStep => ({
    step: 'set-read',
    rfc: 'RFC 8617 §5.2',
    ...report,
  }));
  const begun: Begun = { instance: highest, links, steps: [...steps, ...sealed] };
  const newest = links.at(-1)!.message;
  if (newest.kind === 'fault') {
    const judged = judge(newest, undefined, undefined);
    return decided(
      conclude({ ...begun, steps: [...begun.steps, ...judged.steps] }, 'fail', judged.fault),
    );
  }
  const tried = tryChain(links, input.lookup);
  // whoever never finishes, since the message never ended, must not be told of a failure
  tried.catch(() => undefined);
  const messages = links.map(({ message }) => message).filter((each) => each.kind === 'read');
  return {
    bodyHashes: messages.map(({ signature }) => bodyHashRequest(signature)),
    finish: async (hashes) => judgeChain(begun, await tried, hashes),
  };
}

/** §5.2 steps 4 to 7. */
function judgeChain(begun: Begun, { results, isWhole }: Tried, hashes: BodyHashes): ArcReport {
  const steps = [...begun.steps];
  const told = { ...begun, steps };
  const check = (signature: ReadOrFault): ArcFault | undefined => {
    const judged = judge(signature, results.get(signature), hashes);
    steps.push(...judged.steps);
    return judged.fault;
  };
  const fromNewest = begun.links.toReversed();
  const [newest, ...older] = fromNewest;
  const lost = check(newest!.message);
  if (lost) return conclude(told, 'fail', lost);
  let oldestPass = 0;
  if (isWhole) {
    const changed = older.find(({ message }) => check(message) !== undefined);
    oldestPass = changed === undefined ? 0 : changed.report.instance + 1;
    steps.push({ step: 'oldest-pass', rfc: 'RFC 8617 §5.2', instance: oldestPass });
  }
  for (const { seal } of fromNewest) {
    // between the newest and one that cannot be read
    if (seal.kind === 'read' && !results.has(seal)) continue;
    const fault = check(seal);
    if (fault) return conclude(told, 'fail', fault);
  }
  return { ...conclude(told, 'pass'), oldestPass };
}

interface Judged {
  readonly steps: readonly ArcStep[];
  readonly fault?: ArcFault;
}

/** One signature, from what its keys said and, for a message signature, the hash of the body. */
function judge(
  signature: ReadOrFault,
  keys: TriedKeys | undefined,
  hashes: BodyHashes | undefined,
): Judged {
  const { at } = signature;
  if (signature.kind === 'fault') {
    const { reason, tag, domain } = signature;
    const fault: ArcFault = { reason, at, ...(tag && { tag }) };
    return { steps: [judgedStep(at, domain, fault)], fault };
  }
  if (!keys || !hashes) throw new Error('a signature was judged that was not tried');
  const isMessage = at.field === 'ARC-Message-Signature';
  const body = isMessage
    ? compareBody(signature.signature, hashes.of(bodyHashRequest(signature.signature)))
    : undefined;
  const steps: ArcStep[] = [];
  for (const step of keys.steps) steps.push({ ...step, ...at });
  if (body) steps.push({ ...body.step, ...at });
  const reason = keys.keyReason ?? body?.reason ?? keys.headerReason;
  const fault: ArcFault | undefined = reason && { reason, at };
  const last = judgedStep(at, signature.signature.domain, fault);
  return { steps: [...steps, last], ...(fault && { fault }) };
}

function judgedStep(
  at: ArcField,
  domain: string | undefined,
  fault: ArcFault | undefined,
): ArcStep {
  return {
    step: 'signature-judged',
    rfc: fault ? ruleOf(fault.reason) : 'RFC 8617 §5.2',
    ...at,
    ...(domain && { domain }),
    valid: fault === undefined,
    ...(fault && { reason: fault.reason }),
    ...(fault?.tag && { tag: fault.tag }),
  };
}

function conclude({ instance, links, steps }: Begun, cv: ChainStatus, fault?: ArcFault): ArcReport {
  const rfc = fault ? ruleOf(fault.reason) : 'RFC 8617 §5.2';
  return {
    cv,
    ...fault,
    instance,
    sets: links.map(({ report }) => report),
    steps: [...steps, { step: 'concluded', rfc, cv, ...fault }],
  };
}

/** A chain for which nothing has to be waited for. */
function decided(report: ArcReport): Verification<ArcReport> {
  return { bodyHashes: [], finish: () => Promise.resolve(report) };
}
