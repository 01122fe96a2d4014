/**
 * What became of a message is replayed as a learner would read it: who asked whom what, and why, from the submission to the mailbox at a provider
 * and to what came back.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { freeLabPrefix } from '../../support/lab/network.ts';
import {
  eventually,
  PASSWORD,
  startRunningServer,
  type RunningServer,
} from '../../support/program/running-server.ts';

const ALICE = 'alice@example.test';

interface Step {
  readonly step: number;
  readonly kind: string;
  readonly from: string;
  readonly to?: string;
  readonly text: string;
  readonly rfc?: string;
  readonly lines: readonly { readonly kind: string; readonly text: string }[];
  readonly why: readonly { readonly text: string; readonly rfc?: string }[];
}

let server: RunningServer;

before(async () => {
  const prefix = await freeLabPrefix();
  server = await startRunningServer({
    env: { HIKYAKU_LAB_ON: 'true', HIKYAKU_LAB_NETWORK: prefix },
  });
});
after(() => server[Symbol.asyncDispose]());

/** @returns our id of the message */
async function send(to: string, subject: string): Promise<string> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: server.ports.submission,
    auth: { user: ALICE, pass: PASSWORD },
    tls: { rejectUnauthorized: false },
  });
  const { response } = await transport.sendMail({ from: ALICE, to, subject, text: 'At noon?' });
  return /(\w{13}) queued/.exec(response)![1]!;
}

function replayed(id: string, until: (steps: readonly Step[]) => boolean): Promise<Step[]> {
  return eventually(`the way of ${id}`, async () => {
    const steps = await server.json<Step>('lab', 'replay', id);
    return until(steps) ? steps : undefined;
  });
}

/** `mx.bigmail.test asks for MX of example.test` */
function asked(steps: readonly Step[]): string[] {
  return steps.filter(({ kind }) => kind === 'dns').map(({ from, text }) => `${from} ${text}`);
}

function position(steps: readonly Step[], found: (step: Step) => boolean): number {
  const index = steps.findIndex(found);
  assert.notEqual(
    index,
    -1,
    steps.map(({ from, to, text }) => `${from} → ${to}: ${text}`).join('\n'),
  );
  return index;
}

const says =
  (text: string) =>
  ({ lines }: Step): boolean =>
    lines.some((line) => line.text.includes(text));

test('a message to a friend: submission, questions and why, TLS, rules, mailbox, and the answer', async () => {
  const id = await send('hana@bigmail.test', 'Lunch');
  await replayed(id, (steps) => steps.some(({ kind }) => kind === 'mailbox'));
  await server.done('lab', 'clock', '3h');
  // the last of what is looked at below
  const isAnswerStored = ({ text }: Step): boolean =>
    text.startsWith(`${ALICE}: stored in the mailbox INBOX`);
  const steps = await replayed(id, (all) => all.some(isAnswerStored));

  assert.deepEqual(
    steps.map(({ step }) => step),
    steps.map((_, index) => index + 1),
  );
  const order = [
    position(steps, says('AUTH')),
    position(steps, ({ text }) => text === 'asks for MX of bigmail.test'),
    position(steps, says('certificate verified for mx.bigmail.test')),
    position(steps, ({ text }) => text.startsWith('asks for PTR of 25.25.')),
    position(steps, ({ text }) => text.includes('._domainkey.example.test')),
    position(steps, ({ kind }) => kind === 'rules'),
    position(steps, ({ to }) => to === 'hana@bigmail.test'),
    position(steps, ({ kind }) => kind === 'letter'),
    position(steps, says('MAIL FROM:<hana@bigmail.test>')),
    position(steps, isAnswerStored),
  ];
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );

  const questions = asked(steps);
  for (const question of [
    'mail.example.test asks for MX of bigmail.test',
    'mail.example.test asks for A of mx.bigmail.test',
    'mail.example.test asks for TXT of _mta-sts.bigmail.test',
    'mx.bigmail.test asks for TXT of example.test',
    'mx.bigmail.test asks for TXT of _dmarc.example.test',
    'out.bigmail.test asks for MX of example.test',
    'mail.example.test asks for TXT of _dmarc.bigmail.test',
  ])
    assert.ok(questions.includes(question), `${question} in\n${questions.join('\n')}`);
  for (const { kind, why } of steps) if (kind === 'dns') assert.match(why[0]!.rfc!, /^RFC \d{4} §/);

  const mx = steps[order[1]!]!;
  assert.ok(says('resolver.test → ns.registry.test: MX bigmail.test')(mx), JSON.stringify(mx));
  assert.match(mx.why[0]!.text, /^Whoever has mail for a domain asks for its MX records/);
  const rules = steps[order[5]!]!;
  assert.match(rules.text, /250 inbox$/);
  assert.ok(says('data unauthenticated')(rules));
  const reply = steps.find(({ kind }) => kind === 'letter');
  assert.equal(reply!.why[0]!.rfc, 'RFC 5322 §3.6.4');
});

test('the same way is found from the other end, and why by either id', async () => {
  const id = await send('hana@bigmail.test', 'Tea');
  // what the sender makes of the reply comes last
  const steps = await replayed(id, (all) =>
    all.some(({ text }) => text.includes(' took the message')),
  );
  const [mail] = await server.json('lab', 'mailbox', 'hana@bigmail.test');
  const traceId = String(mail!['traceId']);
  const others = await server.json<Step>('lab', 'replay', traceId);
  assert.deepEqual(others.length, steps.length);
  const [byTrace] = await server.json('lab', 'why', traceId);
  assert.deepEqual(await server.json('lab', 'why', id), [byTrace]);
});

test('a message that is refused: the rule, the reply, and the notice that its author gets', async () => {
  const id = await send('nobody-there@bigmail.test', 'Supper');
  const steps = await replayed(id, (all) =>
    all.some(({ text }) => text.includes('failure notice')),
  );
  const rules = steps[position(steps, ({ kind }) => kind === 'rules')]!;
  assert.match(rules.text, /550 5\.1\.1 bigmail\.unknown-user$/);
  assert.ok(rules.lines.some(({ text }) => text.startsWith('✗ rcpt unknown-user')));
  const told = position(steps, ({ from, lines }) => {
    return from === 'mx.bigmail.test' && lines.some(({ text }) => text.startsWith('S: 550'));
  });
  assert.equal(steps[told]!.to, 'mail.example.test');
  assert.ok(position(steps, ({ kind }) => kind === 'rules') < told);
  assert.ok(told < position(steps, ({ text }) => /failed for good/.test(text)));
  assert.equal(
    steps.some(({ kind }) => kind === 'mailbox'),
    false,
  );
  const [why] = await server.json('lab', 'why', id);
  assert.equal(why!['verdict'], 'bigmail.unknown-user');
  const shown = await server.done('lab', 'replay', id, '--lang', 'ja');
  assert.match(shown, /アドレスが載っているかどうかをブロックリストに尋ねます/);
  assert.doesNotMatch(shown, /\x1b/);
});

test('in an exam a refusal is found without its id, and tells no rules', async () => {
  await server.done('lab', 'mode', 'exam');
  const id = await send('nobody-here@bigmail.test', 'Exam');
  const steps = await replayed(id, (all) => all.some(({ kind }) => kind === 'rules'));
  await server.done('lab', 'mode', 'learn');
  const rules = steps[position(steps, ({ kind }) => kind === 'rules')]!;
  assert.deepEqual([rules.from, rules.lines], ['mx.bigmail.test', []]);
  assert.match(rules.text, /550 5\.1\.1\./);
});

test('what happened last is listed, and a session or a question of it can be stepped through', async () => {
  const things = await server.json('lab', 'replay');
  const idOf = (kind: string): string => String(things.find((one) => one['kind'] === kind)!['id']);
  const session = await server.json<Step>('lab', 'replay', idOf('session'));
  assert.ok(session.every(({ kind }) => kind === 'dialogue'));
  assert.ok(session.some(says('AUTH PLAIN <secret>')));
  const question = await server.json<Step>('lab', 'replay', idOf('question'));
  assert.ok(question.every(({ kind }) => kind === 'dns'));
  const unknown = await server.command('lab', 'replay', 'dns:999999');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /lists what happened last/);
});

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
}

/** Of the list with these filters, the newest of a kind. */
function newest(kind: string, ...filters: string[]): Promise<Row> {
  return eventually(`${kind} of ${filters.join(' ')}`, async () => {
    const rows = await server.json<Row>('lab', 'replay', '--limit', '200', ...filters);
    return rows.find((row) => row.kind === kind);
  });
}

test('what two other parties said to each other is replayed, at whichever of them it was said', async () => {
  await send('tea@circle.test', 'To the list');
  const session = await newest('session', '--party', 'circle.test');
  assert.deepEqual([session.from, session.to], ['mx.circle.test', 'mx.bigmail.test']);
  // it is listed as soon as it begins
  const steps = await replayed(session.id, (all) => all.some(says('BDAT')));
  const said = position(steps, says('EHLO mx.circle.test'));
  const asked = position(steps, ({ text }) => text === 'asks for TXT of circle.test');
  assert.ok(said < asked && asked < position(steps, says('BDAT')));
  assert.deepEqual(steps[asked]!.from, 'mx.bigmail.test');
  // the message as the provider judged it, with the same dialogue around its rules
  const visit = await newest('visit', '--party', 'circle.test');
  const judged = await server.json<Step>('lab', 'replay', visit.id);
  position(judged, says('EHLO mx.circle.test'));
  position(judged, ({ kind }) => kind === 'rules');
});

test('mallory, peer.test and the certificate authority are parties whose doings are listed', async () => {
  await server.command('lab', 'mallory', 'harvest');
  const attack = await newest('session', '--party', 'mallory');
  assert.match(attack.from, /^mallory \(127\./);
  await server.done('lab', 'letter', ALICE);
  const letter = await newest('session', '--party', 'peer.test');
  assert.deepEqual([letter.from, letter.to], ['mx.peer.test', 'mail.example.test (mx)']);
  const { id } = await newest('acme', '--party', 'ca.test');
  for (const lang of ['en', 'ja'] as const) {
    const steps = await server.json<Step>('lab', 'replay', id, '--lang', lang);
    assert.ok(steps.every(({ kind }) => kind === 'acme'));
    const first = steps[position(steps, ({ text }) => text.startsWith('GET /dir'))]!;
    const here = { en: 'a program on this machine', ja: 'このマシン上のプログラム' }[lang];
    assert.deepEqual([first.from, first.to], [here, 'ca.test']);
    assert.equal(first.why[0]!.rfc, 'RFC 8555 §7.1.1');
    position(steps, ({ text }) => text.startsWith('POST /account/new'));
  }
});

test('the list is of one message, or of the time of one lesson', async () => {
  const id = await send('hana@bigmail.test', 'Alone');
  await replayed(id, (steps) => steps.some(({ kind }) => kind === 'mailbox'));
  const rows = await server.json<Row>('lab', 'replay', '--message', id);
  assert.deepEqual(rows.map(({ kind }) => kind).toSorted(), ['message', 'session', 'visit']);
  assert.ok(rows.some((row) => row.id === id));
  const early = await server.command('lab', 'replay', '--lesson', '1.1');
  assert.equal(early.code, 2);
  assert.match(early.stderr, /lab start 1\.1/);
  await server.done('lab', 'start', '1.1');
  await send('hugo@grey.test', 'During the lesson');
  const during = await newest('message', '--lesson', '1.1');
  const older = await server.json<Row>('lab', 'replay', '--lesson', '1.1', '--limit', '200');
  assert.ok(older.every((row) => row.id !== id));
  assert.ok(older.some((row) => row.id === during.id));
  const none = await server.command('lab', 'replay', '--party', 'nobody.example');
  assert.match(none.stdout + none.stderr, /Nothing of that is remembered/);
});
