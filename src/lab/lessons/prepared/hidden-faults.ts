/**
 * The twelve faults of lesson 3.12, as data and functions: how each comes about, and how it is put back. Every one keeps a letter to bigmail.test from
 * arriving in order, or its answer from coming home; none can be seen from the others.
 */
import type { Json } from '#events';
import type { Said } from '#lab/lessons/lesson';
import { aroundOf, type LessonWorld } from '#lab/lessons/world';
import type { CheckId } from '#mail/doctor/texts';
import { removeRoute, setRoute } from '#store/directory/routes';
import { setDisabled } from '#store/directory/accounts';
import { editZone, restoreZone, strangeKey, type ZoneEdit } from './zone-edit.ts';

export interface HiddenFault {
  readonly text: Said;
  /** Checks of the doctor that may not fail once it is mended, whatever they said before. */
  readonly touches: readonly CheckId[];
  /** @returns what `mend` needs; a text: why it cannot be laid out */
  readonly plant: (world: LessonWorld) => Promise<Readonly<Record<string, Json>> | string>;
  /** Puts back what is still as it was planted. */
  readonly mend: (world: LessonWorld, planted: Readonly<Record<string, Json>>) => Promise<void>;
}

export const FAULT_NAMES = [
  'ptr',
  'spf-address',
  'spf-twice',
  'dkim-key',
  'dkim-missing',
  'mx',
  'address',
  'name-servers',
  'route',
  'block-list',
  'account',
  'ban',
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** Sends to the learner for bigmail.test. */
const ANSWERS_FROM = 'out.bigmail.test';
const SITE = 'bigmail.test';
const OLD_NAME_SERVERS = ['ns.dnsbl.test'];

export const HIDDEN_FAULTS: Readonly<Record<FaultName, HiddenFault>> = {
  ptr: {
    touches: ['I1', 'I2'],
    text: { en: 'the reverse name of your address', ja: '自分のアドレスの逆引き名' },
    async plant(world) {
      const { isp } = aroundOf(world).dns;
      const address = ownAddress(world);
      const name = isp.addresses().find((one) => one.address === address)?.name ?? null;
      await isp.setPtr(address, POOL_NAME);
      return { name };
    },
    async mend(world, { name }) {
      const { isp } = aroundOf(world).dns;
      const address = ownAddress(world);
      const now = isp.addresses().find((one) => one.address === address)?.name;
      if (now === POOL_NAME) await isp.setPtr(address, typeof name === 'string' ? name : undefined);
    },
  },
  'spf-address': zoneFault(
    ['S1', 'S3'],
    { en: 'SPF names another address', ja: 'SPF が別のアドレスを指している' },
    (world) => ({
      pick: isSpf(world),
      values: (values) =>
        values.map((value) =>
          /^"v=spf1[ "]/i.test(value)
            ? `"v=spf1 ip4:${world.network.addressOf('app.test')} -all"`
            : value,
        ),
    }),
  ),
  'spf-twice': zoneFault(
    ['S1', 'S3'],
    { en: 'two SPF records', ja: 'SPF レコードが二つある' },
    (world) => ({
      pick: isSpf(world),
      values: (values) => [...values, '"v=spf1 include:hottest.test ~all"'],
    }),
  ),
  'dkim-key': zoneFault(
    ['K1'],
    {
      en: 'the DKIM keys in the DNS are not those that sign',
      ja: 'DNS にある DKIM の鍵が、署名に使う鍵と違う',
    },
    () => ({ pick: isDkimKey, values: async ([value = '']) => [await strangeKey(value)] }),
  ),
  'dkim-missing': zoneFault(
    ['K1'],
    { en: 'the DKIM keys are gone from the DNS', ja: 'DKIM の鍵が DNS から消えている' },
    () => ({ pick: isDkimKey, values: () => [] }),
  ),
  mx: zoneFault(
    ['X1', 'X2'],
    { en: 'MX leads elsewhere', ja: 'MX が別の場所を指している' },
    ({ server }) => ({
      pick: ({ name, type }) => type === 'MX' && name === server.domain,
      values: () => [`10 old-mail.${server.domain}.`],
    }),
  ),
  address: zoneFault(
    ['X2', 'I2'],
    { en: 'the address of your host in the DNS', ja: 'DNS にある自分のホストのアドレス' },
    ({ server, network }) => ({
      pick: ({ name, type }) => type === 'A' && name === server.hostname,
      values: () => [network.addressOf('app.test')],
    }),
  ),
  'name-servers': {
    touches: ['D1'],
    text: {
      en: 'the delegation names the wrong name servers',
      ja: '委任先のネームサーバーが間違っている',
    },
    async plant(world) {
      const { registrar } = aroundOf(world).dns;
      const { domain } = world.server;
      const owned = registrar.domains().find((one) => one.domain === domain);
      if (owned === undefined) return `${domain} is not registered`;
      const changed = await registrar.setDelegation(domain, { ns: OLD_NAME_SERVERS });
      return changed.kind === 'refused' ? changed.message : { ns: owned.ns };
    },
    async mend(world, { ns }) {
      const { registrar } = aroundOf(world).dns;
      const { domain } = world.server;
      const now = registrar.domains().find((one) => one.domain === domain)?.ns ?? [];
      if (now.length === 1 && now[0]!.startsWith(OLD_NAME_SERVERS[0]!))
        await registrar.setDelegation(domain, { ns: ns as readonly string[] });
    },
  },
  route: {
    touches: ['L2'],
    text: { en: 'a route that leads nowhere', ja: '行き先のない経路' },
    async plant({ store, clock }) {
      const route = { domain: SITE, host: 'app.test', port: 25, tls: 'opportunistic' } as const;
      await setRoute(store.pool, { ...route, username: null, password: null }, clock.now());
      store.notices.say('directory');
      return {};
    },
    async mend({ store }) {
      await removeRoute(store.pool, SITE);
      store.notices.say('directory');
    },
  },
  'block-list': {
    touches: ['R1'],
    text: {
      en: 'your address is on a block list',
      ja: '自分のアドレスがブロックリストに載っている',
    },
    async plant(world) {
      const detail = `«Cheap lanterns» of ${world.server.domain} at hottest.test`;
      await aroundOf(world).blockList.report(ownAddress(world), 'spam-trap', detail);
      return {};
    },
    mend: (world) => aroundOf(world).blockList.pardon(ownAddress(world)),
  },
  account: {
    touches: [],
    text: { en: 'the account of alice is disabled', ja: 'alice のアカウントが無効になっている' },
    async plant({ store, server, clock }) {
      const alice = `alice@${server.domain}`;
      if (!(await setDisabled(store.pool, alice, clock.now()))) return `there is no ${alice}`;
      store.notices.say('directory');
      return {};
    },
    async mend({ store, server }) {
      await setDisabled(store.pool, `alice@${server.domain}`, undefined);
      store.notices.say('directory');
    },
  },
  ban: {
    touches: [],
    text: {
      en: 'your server bans a host that has mail for you',
      ja: 'メールを届けに来るホストを、自分のサーバーが締め出している',
    },
    async plant(world) {
      await aroundOf(world).learner().ban(world.network.addressOf(ANSWERS_FROM), 'spam run');
      return {};
    },
    async mend(world) {
      await aroundOf(world).learner().unban(world.network.addressOf(ANSWERS_FROM));
    },
  },
};

const POOL_NAME = 'dyn-25-25.pool.isp.test';

function ownAddress({ network }: LessonWorld): string {
  return network.addressOf('mail.example.test');
}

function isSpf({ server }: LessonWorld): ZoneEdit['pick'] {
  return ({ name, type, values }) =>
    type === 'TXT' && name === server.domain && values.some((value) => /^"v=spf1[ "]/i.test(value));
}

const isDkimKey: ZoneEdit['pick'] = ({ name, type }) =>
  type === 'TXT' && name.includes('._domainkey.');

function zoneFault(
  touches: readonly CheckId[],
  text: Said,
  edit: (world: LessonWorld) => ZoneEdit,
): HiddenFault {
  return {
    text,
    touches,
    async plant(world) {
      const edited = await editZone(world, edit(world));
      return typeof edited === 'string' ? edited : { edited };
    },
    mend: (world, { edited }) => restoreZone(world, edited),
  };
}
