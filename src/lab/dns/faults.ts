/** Faults that a lesson declares: what questions for a name and type meet instead of their answer, until it is taken away. */
import { flaw, type Flaw } from './wire/flaws.ts';
import { encodeRdata } from './wire/rdata.ts';
import { typeCode, typeName } from './wire/record-types.ts';
import { valueWords } from './zone/words.ts';
import { PLAIN } from './wire/message.ts';
import type { Message } from './wire/message.ts';
import { RCODE } from './wire/record-types.ts';
import { isWithin } from './wire/name.ts';
import { responseTo } from './authority.ts';

export type FaultKind = 'servfail' | 'timeout' | 'wrong' | 'lame';

export interface Fault {
  readonly id: string;
  /** The name asked for. */
  readonly name: string;
  /** Names below it too. */
  readonly below?: boolean;
  /** Every type where none is given. */
  readonly type?: string;
  readonly kind: FaultKind;
  /** The one host that has it, by its address; every authority for the name where none is given, but not those who refer to it, and not the resolver. */
  readonly host?: string;
  /** Of a wrong answer: what is answered, in the presentation form. */
  readonly values?: readonly string[];
}

const MOST = 1_000;
const WRONG_TTL = 300;

export class Faults {
  readonly #faults = new Map<string, Fault>();

  list(): readonly Fault[] {
    return [...this.#faults.values()];
  }

  /** One with the same id is replaced. @throws beyond a thousand */
  declare(fault: Fault): void {
    if (this.#faults.size >= MOST) throw new Error('too many faults are declared');
    this.#faults.set(fault.id, fault);
  }

  /** Whether there was one. */
  remove(id: string): boolean {
    return this.#faults.delete(id);
  }

  clear(): void {
    this.#faults.clear();
  }

  /** The fault that a question meets at a host, or, without one, at every authority for its name. */
  meet({ question }: Message, host?: string): Fault | undefined {
    if (question === undefined || this.#faults.size === 0) return undefined;
    const type = typeName(question.type);
    return this.list().find(
      (fault) =>
        fault.host === host &&
        (fault.type === undefined || fault.type === type) &&
        (question.name === fault.name ||
          (fault.below === true && isWithin(question.name, fault.name))),
    );
  }
}

/** The response of a host with a fault; undefined: silence. */
export function faultyResponse(query: Message, { kind, values }: Fault): Message | undefined {
  switch (kind) {
    case 'timeout':
      return undefined;
    case 'servfail':
      return responseTo(query, { rcode: RCODE.servFail });
    case 'lame':
      return responseTo(query, { rcode: RCODE.refused });
    case 'wrong':
      return wrongAnswer(query, values ?? []);
  }
}

/** Without signatures, as who forges an answer has none. */
function wrongAnswer(query: Message, values: readonly string[]): Message {
  const { name, type } = query.question!;
  const answers = values.flatMap((value) => {
    const rdata = readFaultValue(typeName(type), value);
    return 'flaw' in rdata ? [] : [{ name, type, ttl: WRONG_TTL, rdata }];
  });
  return { ...PLAIN, ...responseTo(query, { authoritative: true, answers }) };
}

/** The octets of a value, or what is wrong with it. */
export function readFaultValue(type: string, value: string): Uint8Array | Flaw {
  const code = typeCode(type);
  const words = valueWords(value);
  if (code === undefined) return flaw('type', { word: type });
  return 'flaw' in words ? words : encodeRdata(code, words, '');
}
