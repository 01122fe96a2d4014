import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { baseSubject } from '#protocol/message/header/base-subject';
import { computedFor } from '../../../test/support/time/cpu-time.ts';
import {
  formatThreads,
  isReplySubject,
  orderedSubjectThreads,
  referencesThreads,
  type ThreadFacts,
} from './thread.ts';

let next = 0;
function message(subject: string, messageId?: string, references: string[] = []): ThreadFacts {
  const number = ++next;
  return {
    number,
    date: number * 1000,
    baseSubject: baseSubject(subject).toLowerCase(),
    isReply: isReplySubject(subject),
    messageId,
    references,
  };
}

const noPause = (): undefined => undefined;

async function threads(...build: (() => ThreadFacts)[]): Promise<string> {
  next = 0;
  return formatThreads(
    await referencesThreads(
      build.map((one) => one()),
      noPause,
    ),
  );
}

describe('THREAD REFERENCES', () => {
  it('puts an answer below what it answers, in whatever order they came', async () => {
    const first = () => message('Hello', 'a');
    const second = () => message('Re: Hello', 'b', ['a']);
    assert.equal(await threads(first, second), '(1 2)');
    assert.equal(await threads(second, first), '(2 1)');
  });

  it('keeps the place of a message that is not here where several belong to it', async () => {
    assert.equal(
      await threads(
        () => message('x', 'b', ['a']),
        () => message('y', 'c', ['a']),
      ),
      '((1)(2))',
    );
    assert.equal(await threads(() => message('x', 'b', ['a'])), '(1)');
  });

  it('branches where a message has several answers', async () => {
    assert.equal(
      await threads(
        () => message('x', 'a'),
        () => message('x', 'b', ['a']),
        () => message('x', 'c', ['a', 'b']),
        () => message('x', 'd', ['a']),
      ),
      '(1 (2 3)(4))',
    );
  });

  it('puts an answer without references below its subject, and equal subjects side by side', async () => {
    assert.equal(
      await threads(
        () => message('Plan'),
        () => message('Re: Plan'),
      ),
      '(1 2)',
    );
    assert.equal(
      await threads(
        () => message('Plan'),
        () => message('Plan'),
      ),
      '((1)(2))',
    );
    assert.equal(
      await threads(
        () => message('Re: Plan'),
        () => message('[list] Plan'),
      ),
      '(2 1)',
    );
  });

  it('never makes a ring', async () => {
    assert.equal(
      await threads(
        () => message('x', 'a', ['b']),
        () => message('y', 'b', ['a']),
      ),
      '(2 1)',
    );
    assert.equal(await threads(() => message('x', 'a', ['a'])), '(1)');
  });

  it('has every message once, whatever they refer to', async () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const facts = fc.record({
      messageId: fc.option(id, { nil: undefined }),
      references: fc.array(id, { maxLength: 4 }),
      subject: fc.constantFrom('x', 'Re: x', 'y', ''),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(facts, { maxLength: 8 }), async (all) => {
        next = 0;
        const messages = all.map((f) => message(f.subject, f.messageId, f.references));
        const numbers = [
          ...formatThreads(await referencesThreads(messages, noPause)).matchAll(/\d+/g),
        ];
        assert.deepEqual(
          numbers.map(Number).sort((a, b) => a - b),
          messages.map(({ number }) => number),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('takes a chain as long as a mailbox, in either order', async () => {
    const chain = (from: number, to: number, step: number): ThreadFacts[] => {
      const all: ThreadFacts[] = [];
      next = 0;
      for (let i = from; i !== to; i += step) all.push(message(`s${i}`, `m${i}`, [`m${i - 1}`]));
      return all;
    };
    for (const messages of [chain(1, 50_001, 1), chain(50_000, 0, -1)]) {
      const began = computedFor();
      assert.equal(
        formatThreads(await referencesThreads(messages, noPause)).match(/\(/g)?.length,
        1,
      );
      assert(computedFor() - began < 2000);
    }
  });
});

it('lets others in between, some hundred steps apart', async () => {
  next = 0;
  const messages = Array.from({ length: 20_000 }, (_, i) => message(`s${i % 700}`, `m${i}`));
  let pauses = 0;
  const pause = (): undefined => void pauses++;
  await referencesThreads(messages, pause);
  assert(pauses > 100);
  pauses = 0;
  await orderedSubjectThreads(messages, pause);
  assert(pauses > 50);
});

describe('THREAD REFERENCES over messages that are not here', () => {
  it('hands them up through any number of those to the nearest that is', async () => {
    assert.equal(
      await threads(
        () => message('x', 'a'),
        () => message('y', 'b', ['a', 'gone', 'gone too']),
        () => message('z', 'c', ['a', 'gone']),
      ),
      '(1 (2)(3))',
    );
    assert.equal(
      await threads(
        () => message('x', 'a', ['gone', 'gone too']),
        () => message('y', 'b', ['gone', 'gone too', 'and gone']),
      ),
      '((1)(2))',
    );
  });

  it('takes a chain of them as long as a mailbox, with a message below each', async () => {
    next = 0;
    const messages = Array.from({ length: 50_000 }, (_, i) =>
      message(`s${i}`, `m${i}`, [`gone ${i}`, `gone ${i + 1}`]),
    );
    const began = computedFor();
    const [thread, ...others] = await referencesThreads(messages, noPause);
    assert.equal(others.length, 0);
    assert.equal(thread!.children.length, messages.length);
    assert(computedFor() - began < 5000);
  });
});

describe('THREAD REFERENCES by subject', () => {
  it('puts the children of two that are not here together, however many they are', async () => {
    next = 0;
    const messages = Array.from({ length: 300_000 }, (_, i) =>
      message('x', `m${i}`, [`gone ${i % 2}`]),
    );
    const [thread, ...others] = await referencesThreads(messages, noPause);
    assert.equal(others.length, 0);
    assert.equal(thread!.children.length, messages.length);
  });
});

describe('THREAD ORDEREDSUBJECT', () => {
  it('groups by base subject, the oldest first', async () => {
    next = 0;
    const messages = [message('b'), message('a'), message('Re: b'), message('fwd: b')];
    assert.equal(formatThreads(await orderedSubjectThreads(messages, noPause)), '(1 (3)(4))(2)');
  });
});
