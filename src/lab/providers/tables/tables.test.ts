/** Every rule of every table is provoked by a real session and gives exactly its reply; a rule without a provocation fails. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SmtpConnection } from '#clients/smtp/connection';
import type { Provider, RefusingRule, Reply, Rule } from '#lab/providers/rule';
import type { Counted } from '#lab/providers/senders/counts';
import { DialogueRecorder } from '#protocol/smtp/dialogue';
import { replyText, type Reply as WireReply } from '#protocol/smtp/reply';
import { findTrace } from '#store/lab/provider-mail';
import {
  startProviderStage,
  type Letter,
  type ProviderStage,
  type Published,
  type Sender,
  type Sent,
} from '../../../../test/support/lab/providers.ts';
import { PROVIDERS } from './list.ts';

const DAY = 24 * 60 * 60 * 1000;

let stage: ProviderStage;
before(async () => {
  stage = await startProviderStage();
});
after(() => stage[Symbol.asyncDispose]());

/** A letter from a sender of the provocation's own. */
interface Scene {
  readonly provider: Provider;
  readonly sender: Sender;
  /** To somebody who takes mail. */
  readonly to: string;
  /** What was counted of the sender, by address and domain, on a day before. */
  readonly past: (counted: Counted, days?: number) => void;
  readonly send: (letter?: Partial<Letter>) => Promise<Sent>;
}

type Provocation = (scene: Scene) => Promise<Sent>;

/** What the sender publishes, where it is not as it should be. */
const PUBLISHED: Readonly<Record<string, Published>> = {
  'no-ptr': { ptr: false },
  unauthenticated: { spf: 'v=spf1 -all' },
  'junk-unauthenticated': { spf: 'v=spf1 -all' },
  'spam-spoofed': { spf: 'v=spf1 -all' },
  'no-domain': { mx: false, spf: false },
  'spf-too-wide': { spf: 'v=spf1 +all' },
  'bulk-spf': { spf: 'v=spf1 -all' },
  'bulk-dmarc': { dmarc: false },
  'bulk-authentication': { dmarc: false },
};

const BULK: Counted = { accepted: 60, inbox: 60 };

const bulk =
  (letter: Partial<Letter> = {}): Provocation =>
  (scene) => {
    scene.past(BULK);
    return scene.send(letter);
  };

const past =
  (counted: Counted, days = 1): Provocation =>
  (scene) => {
    scene.past(counted, days);
    return scene.send();
  };

/** The quota of a day, used up: `by` says for whom. */
const overQuota =
  (by: 'ip' | 'domain', letter: Partial<Letter> = {}): Provocation =>
  ({ provider, sender, send }) => {
    const { memory } = stage.providers;
    const name = by === 'ip' ? sender.ip : sender.domain;
    memory.count(provider.name, by, name, { accepted: provider.growth.first });
    return send(letter);
  };

/** The same of a sender whose days before were bad ones. */
const blocked =
  (by: 'ip' | 'domain', letter: Partial<Letter> = {}): Provocation =>
  (scene) => {
    const { memory } = stage.providers;
    const name = by === 'ip' ? scene.sender.ip : scene.sender.domain;
    for (let day = 0; day < 2; day++) {
      memory.count(scene.provider.name, by, name, { pressed: 1000 });
      stage.clock.step(DAY);
    }
    return overQuota(by, letter)(scene);
  };

const guests = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `guest${String(at + 1).padStart(4, '0')}`);

const strangers =
  (policy: string): Provocation =>
  async ({ provider, send }) => {
    stage.sender('author.test', { address: '99.1', dmarc: `p=${policy}` });
    const letter = { header: header('From: boss@author.test'), signedBy: false } as const;
    if (provider.name === 'grey') {
      assert.equal((await send(letter)).code, '451 4.7.1');
      stage.clock.step(5 * 60_000);
    }
    return send(letter);
  };

const PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  'no-ptr': ({ send }) => send(),
  listed: ({ sender, send }) => {
    const name = `${sender.ip.split('.').toReversed().join('.')}.dnsbl.test`;
    stage.zone.declare(name, { A: '127.0.0.2' });
    return send();
  },
  'ip-reputation': past({ unknown: 20, rejected: 20 }),
  tss09: past({ unknown: 20, rejected: 20 }, 2),
  ts03: past({ unknown: 20, rejected: 20 }),
  'many-unknown': past({ unknown: 20, rejected: 20 }),
  'no-domain': ({ send }) => send({ signedBy: false }),
  'tls-required': bulk({ clear: true }),
  'unknown-user': ({ send }) => send({ to: 'nobody' }),
  inactive: ({ send }) => send({ to: 'rip' }),
  full: ({ send }) => send({ to: 'fuller' }),
  'not-allowed': ({ send }) => send({ to: 'yoko' }),
  'too-many-recipients': tooMany,
  greylisted: ({ send }) => send(),
  'bad-from': ({ send }) => send({ header: header('From: a@author.test', 'From: b@author.test') }),
  'bad-form': ({ sender, send }) =>
    send({ header: [`From: a@${sender.domain}`, 'Subject: No date'] }),
  'spf-too-wide': ({ send }) => send(),
  'dns-trouble': ({ sender, send }) => {
    stage.zone.declare(sender.domain, {
      MX: `10 mail.${sender.domain}`,
      TXT: { fault: 'timeout' },
    });
    return send({ signedBy: false });
  },
  unauthenticated: ({ send }) => send({ signedBy: false }),
  'dmarc-reject': strangers('reject'),
  'bulk-spf': bulk(),
  'bulk-dkim': bulk({ signedBy: false }),
  'bulk-dmarc': bulk(),
  'bulk-alignment': (scene) => {
    stage.sender('lax.test', { address: '99.2' });
    scene.past(BULK);
    return scene.send({ header: header('From: boss@lax.test') });
  },
  'bulk-authentication': bulk(),
  'rate-ip': overQuota('ip'),
  'rate-dkim': overQuota('domain'),
  'rate-spf': overQuota('domain', { signedBy: false }),
  'rate-blocked-ip': blocked('ip'),
  'rate-blocked-dkim': blocked('domain'),
  'rate-blocked-spf': blocked('domain', { signedBy: false }),
  'rate-netblock': async ({ send }) => {
    const neighbour = stage.sender('coat.test', { address: '98.1' });
    const many = guests(100);
    assert.equal((await send({ by: neighbour, also: many.slice(1), to: many[0]! })).code, '250');
    return send({ by: stage.sender('collar.test', { address: '98.2' }) });
  },
  'tss04-ip': overQuota('ip'),
  'tss04-dkim': overQuota('domain'),
  'tss04-spf': overQuota('domain', { signedBy: false }),
  'spam-quarantine': strangers('quarantine'),
  'junk-quarantine': strangers('quarantine'),
  'junk-unauthenticated': ({ send }) => send({ signedBy: false }),
  'spam-spoofed': ({ send }) => send({ signedBy: false }),
  'spam-complaints': complaints,
  'junk-complaints': complaints,
  'spam-unknown': past({ unknown: 20, rejected: 20, accepted: 10 }),
  'spam-one-click': bulk({ more: ['List-Id: <news.list.test>'] }),
  'spam-reputation': reputation,
  'junk-reputation': reputation,
  'too-fast': tooFast,
};

/** Of the domain alone: what is thought of the address is not to decide. */
async function complaints({ provider, sender, send }: Scene): Promise<Sent> {
  const { memory } = stage.providers;
  memory.count(provider.name, 'domain', sender.domain, { accepted: 40, inbox: 40, complaints: 3 });
  stage.clock.step(DAY);
  return send();
}

async function reputation({ provider, sender, send }: Scene): Promise<Sent> {
  const { memory } = stage.providers;
  memory.count(provider.name, 'domain', sender.domain, { pressed: 1000 });
  stage.clock.step(DAY);
  return send();
}

/** Word by word: our own client never asks for more than a hundred at once. */
async function tooMany({ provider }: Scene): Promise<Sent> {
  const { ip, domain } = stage.sender('crowd.test', { address: '97.1' });
  const { dialer, addressOf } = stage.ground.network;
  const target = { address: addressOf(provider.mx), port: 25, localAddress: ip };
  const dialled = await dialer.dial({ ...target, timeoutMs: 10_000 });
  assert.ok(dialled.kind === 'connected');
  const monotonic = (): number => performance.now();
  const recorder = new DialogueRecorder(monotonic());
  const connection = new SmtpConnection(dialled.socket, recorder, monotonic, 64 * 1024);
  const heard = async (coming: ReturnType<SmtpConnection['read']>): Promise<WireReply> => {
    const result = await coming;
    assert.ok(result.kind === 'reply');
    return result.reply;
  };
  await heard(connection.read(10_000));
  for (const line of [
    `EHLO mail.${domain}`,
    `MAIL FROM:<news@${domain}>`,
    ...guests(100).map((name) => `RCPT TO:<${name}@${provider.domain}>`),
  ]) {
    const reply = await heard(connection.ask(line, 10_000));
    assert.equal(reply.code, 250, replyText(reply));
  }
  const { code, enhanced, lines } = await heard(
    connection.ask(`RCPT TO:<hana@${provider.domain}>`, 10_000),
  );
  connection.finish();
  const id = /why\.lab\.test\/(\w+)/.exec(lines.join(' '))![1];
  return { code: `${code} ${enhanced}`, lines, id };
}

async function tooFast(scene: Scene): Promise<Sent> {
  const { provider } = scene;
  // a sender that may send so much
  for (let day = 0; day < 4; day++) scene.past({ accepted: 160, inbox: 160 });
  const rule = provider.rules.find(({ id }) => id === 'too-fast')!;
  const probe = { to: 'x', person: undefined, got: 0 } as never;
  const most = Number(rule.when.test(probe).seen['most']);
  const more = [
    'List-Unsubscribe: <https://a.test/>',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
  ];
  for (let sent = 0; sent < most; sent++) {
    const { code, lines } = await scene.send({ to: 'reader0042', more });
    assert.equal(code, '250', lines.join('\n'));
  }
  return scene.send({ to: 'reader0042', more });
}

function header(...from: readonly string[]): string[] {
  return [
    ...from,
    'Subject: Hello',
    'Date: Tue, 01 Jan 2030 09:00:00 +0000',
    'Message-ID: <h@a.test>',
  ];
}

let scenes = 0;

function sceneOf(provider: Provider, rule: Rule): Scene {
  const number = ++scenes;
  const domain = `s${number}.test`;
  const address = `${40 + Math.floor(number / 200)}.${number % 200}`;
  const sender = stage.sender(domain, { address, ...PUBLISHED[rule.id] });
  const to = provider.people[0]!.name;
  const { memory } = stage.providers;
  return {
    provider,
    sender,
    to,
    past: (counted, days = 1) => {
      for (let day = 0; day < days; day++) {
        memory.count(provider.name, 'ip', sender.ip, counted);
        memory.count(provider.name, 'domain', domain, counted);
        stage.clock.step(DAY);
      }
    },
    send: (letter = {}) => {
      const name = letter.to ?? to;
      const whole = name.includes('@') ? name : `${name}@${provider.domain}`;
      return stage.send({ by: sender, ...letter, to: whole });
    },
  };
}

for (const provider of PROVIDERS) {
  describe(provider.domain, () => {
    test('no two rules have one name, and every one has a provocation', () => {
      const ids = provider.rules.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      assert.deepEqual(
        ids.filter((id) => !(id in PROVOCATIONS)),
        [],
      );
    });

    for (const rule of provider.rules) {
      test(`${rule.stage}: ${rule.id}`, async () => {
        const scene = sceneOf(provider, rule);
        const sent = await PROVOCATIONS[rule.id]!(scene);
        const trace = await findTrace(stage.ground.pool, sent.id!);
        const shown = JSON.stringify(trace?.trace);
        const last = trace!.trace.at(-1) as { rule: string; matched: boolean };
        assert.deepEqual([last.rule, last.matched], [rule.id, true], shown);
        if ('folder' in rule) {
          assert.deepEqual([sent.code, trace!.verdict], ['250', 'spam']);
          return;
        }
        assertReply(sent, rule.reply, scene, sent.id!);
        if (rule.later !== undefined) await assertLater(rule as RefusingRule, scene);
      });
    }
  });
}

async function assertLater(rule: RefusingRule, scene: Scene): Promise<void> {
  const { after: wait, becomes } = rule.later!;
  stage.clock.step(wait);
  // what was counted stays counted
  const sent = await PROVOCATIONS[rule.id]!({ ...scene, past: () => {} });
  if (becomes === 'passes') assert.equal(sent.code, '250');
  else assertReply(sent, becomes, scene, sent.id!);
}

/** As the table has it, word for word, with what it is about put in. */
function assertReply(sent: Sent, reply: Reply, { sender, provider }: Scene, id: string): void {
  assert.equal(sent.code, `${reply.code} ${reply.enhanced}`);
  const lines = sent.lines.map((line) => line.replace(`${reply.enhanced} `, ''));
  assert.equal(lines.at(-1), `See https://why.lab.test/${id} - ${provider.signature}`);
  assert.equal(lines.length, reply.lines.length + 1);
  for (const [index, line] of reply.lines.entries()) {
    const pattern = line
      .split(/(%(?:ip|netblock|name|ehlo|spf|dkim|from|to)\b)/)
      .map((part) => (part === '%ip' ? sender.ip : /^%\w+$/.test(part) ? undefined : part))
      .map((part) =>
        part === undefined
          ? String.raw`[\w.@/-]+`
          : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`),
      )
      .join('');
    assert.match(lines[index]!, new RegExp(`^${pattern}$`));
  }
}
