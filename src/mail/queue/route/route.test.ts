import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { nowhereResolver } from '#clients/dns/nowhere';
import type { Event } from '#events';
import type { Route } from '#store/directory/directory';
import { declaredZone } from '../../../../test/support/dns/declared-zone.ts';
import type { DeclaredName } from '../../../../test/support/dns/declared-zone.ts';
import { route } from './route.ts';
import type { RouteOptions, Routing } from './route.ts';
import type { RouteStep } from './steps.ts';

const HOSTS: Record<string, DeclaredName> = {
  'mx1.test': { A: '192.0.2.1', AAAA: '2001:db8::1' },
  'mx2.test': { A: '192.0.2.2' },
  'mx3.test': { AAAA: '2001:db8::3' },
  'own.test': { A: '198.51.100.1' },
};

/** Always 0: a shuffle by it moves the first of two to the end, so what comes out is known. */
const first = () => 0;
/** Just below 1: a shuffle by it leaves everything where it is. */
const last = () => 1 - Number.EPSILON;

function options(
  zone: Record<string, DeclaredName>,
  more: Partial<RouteOptions> = {},
): RouteOptions & { resolver: ReturnType<typeof declaredZone> } {
  return {
    routes: [],
    ownNames: new Set(['own.test', 'mail.own.test']),
    isOwnAddress: (address) => address === '198.51.100.1',
    random: last,
    ...more,
    resolver: declaredZone({ ...HOSTS, ...zone }),
  };
}

function configured(route: Partial<Route>): Route {
  return {
    domain: 'example.test',
    host: 'relay.test',
    port: 587,
    tls: 'verified',
    username: null,
    password: null,
    ...route,
  };
}

function keys(result: Routing): string[] {
  return result.steps.map(({ key }) => key.replace('route.', ''));
}

function step<K extends RouteStep['key']>(
  result: Routing,
  key: K,
): Extract<RouteStep, { key: K }> | undefined {
  return result.steps.find((one) => one.key === key) as Extract<RouteStep, { key: K }> | undefined;
}

/** The names of the hosts in order, or the kind and status of what came out instead. */
function outcome(result: Routing): unknown {
  return result.kind === 'hosts'
    ? result.hosts.map(({ name }) => name)
    : `${result.kind} ${result.status}`;
}

async function authenticated(mx: boolean, addresses: boolean): Promise<boolean | undefined> {
  const zone = {
    'example.test': { MX: '10 signed.test', authenticated: mx },
    'signed.test': { A: '192.0.2.1', AAAA: '2001:db8::1', authenticated: addresses },
  };
  const result = await route('example.test', options(zone));
  return result.kind === 'hosts' ? result.hosts[0]?.authenticated : undefined;
}

async function site(domain: string, zone: Record<string, DeclaredName>): Promise<unknown> {
  const result = await route(domain, options(zone));
  return result.kind === 'hosts' ? result.site : undefined;
}

async function addressesOfRelay(host: string): Promise<unknown> {
  const result = await route('example.test', {
    ...options({}),
    resolver: nowhereResolver,
    routes: [configured({ host })],
  });
  return result.kind === 'hosts' ? result.hosts[0]?.addresses : undefined;
}

const TABLE: readonly {
  behaviour: string;
  zone: Record<string, DeclaredName>;
  expect: unknown;
  steps?: readonly string[];
}[] = [
  {
    behaviour: 'the exchanges are tried by preference',
    zone: { 'example.test': { MX: ['20 mx2.test', '10 mx1.test', '30 mx3.test'] } },
    expect: ['mx1.test', 'mx2.test', 'mx3.test'],
    steps: ['asked', 'order', 'asked', 'asked', 'asked', 'asked', 'asked', 'asked'],
  },
  {
    behaviour: 'a domain without MX records is its own exchange',
    zone: { 'example.test': { A: '192.0.2.9' } },
    expect: ['example.test'],
    steps: ['asked', 'implicit-mx', 'asked', 'asked'],
  },
  {
    behaviour: 'an IPv6 address alone is enough for the implicit MX',
    zone: { 'example.test': { AAAA: '2001:db8::9' } },
    expect: ['example.test'],
  },
  {
    behaviour: 'a domain with neither MX nor address takes no mail',
    zone: { 'example.test': { TXT: 'v=spf1 -all' } },
    expect: 'no-addresses 5.1.2',
    steps: ['asked', 'implicit-mx', 'asked', 'asked', 'host-skipped'],
  },
  {
    behaviour: 'a domain that does not exist is told from one without mail',
    zone: {},
    expect: 'no-such-domain 5.1.2',
    steps: ['asked'],
  },
  {
    behaviour: 'SERVFAIL for the MX set is temporary, although there is an address',
    zone: { 'example.test': { MX: { fault: 'servfail' }, A: '192.0.2.9' } },
    expect: 'temporary 4.4.3',
    steps: ['asked'],
  },
  {
    behaviour: 'a time-out for the MX set is temporary',
    zone: { 'example.test': { fault: 'timeout' } },
    expect: 'temporary 4.4.3',
  },
  {
    behaviour: 'a null MX says that the domain takes no mail',
    zone: { 'example.test': { MX: '0 .', A: '192.0.2.9' } },
    expect: 'null-mx 5.1.10',
    steps: ['asked', 'null-mx'],
  },
  {
    behaviour: 'a null MX beside a real one is ignored',
    zone: { 'example.test': { MX: ['0 .', '10 mx1.test'] } },
    expect: ['mx1.test'],
    steps: ['asked', 'null-mx-ignored', 'order', 'asked', 'asked'],
  },
  {
    behaviour: 'a domain that is an alias is routed as the name it stands for',
    zone: {
      'example.test': { CNAME: 'target.test' },
      'target.test': { MX: '10 mx1.test' },
    },
    expect: ['mx1.test'],
    steps: ['asked', 'domain-is-alias', 'order', 'asked', 'asked'],
  },
  {
    behaviour: 'an alias without MX is its own exchange, and that is no fault',
    zone: { 'example.test': { CNAME: 'mx1.test' } },
    expect: ['example.test'],
    steps: ['asked', 'domain-is-alias', 'implicit-mx', 'asked', 'asked'],
  },
  {
    behaviour: 'an alias to nowhere is a domain that does not exist',
    zone: { 'example.test': { CNAME: 'gone.test' } },
    expect: 'no-such-domain 5.1.2',
  },
  {
    behaviour: 'aliases in a circle are temporary',
    zone: { 'example.test': { CNAME: 'b.test' }, 'b.test': { CNAME: 'example.test' } },
    expect: 'temporary 4.4.3',
  },
  {
    behaviour: 'an exchange that is an alias is tolerated and noted',
    zone: { 'example.test': { MX: '10 alias.test' }, 'alias.test': { CNAME: 'mx1.test' } },
    expect: ['alias.test'],
    steps: ['asked', 'order', 'asked', 'asked', 'mx-is-alias'],
  },
  {
    behaviour: 'an exchange that is an address is left out',
    zone: { 'example.test': { MX: ['10 192.0.2.7', '20 mx1.test'] } },
    expect: ['mx1.test'],
    steps: ['asked', 'mx-is-address', 'order', 'asked', 'asked'],
  },
  {
    behaviour: 'an MX set of nothing but addresses leads nowhere, also in brackets and in IPv6',
    zone: { 'example.test': { MX: ['10 192.0.2.7', '10 [192.0.2.7]', '10 2001:db8::7'] } },
    expect: 'no-addresses 5.4.4',
    steps: ['asked', 'mx-is-address', 'mx-is-address', 'mx-is-address'],
  },
  {
    behaviour: 'an exchange that can be no host name is left out',
    zone: { 'example.test': { MX: ['5 mx%1.test', '10 mx1.test'] } },
    expect: ['mx1.test'],
    steps: ['asked', 'mx-is-no-host-name', 'order', 'asked', 'asked'],
  },
  {
    behaviour: 'an underscore in an exchange is tolerated',
    zone: { 'example.test': { MX: '10 mx_1.test' }, 'mx_1.test': { A: '192.0.2.1' } },
    expect: ['mx_1.test'],
  },
  {
    behaviour: 'an exchange without an address is skipped',
    zone: {
      'example.test': { MX: ['10 gone.test', '20 bare.test', '30 mx1.test'] },
      'bare.test': { TXT: 'x' },
    },
    expect: ['mx1.test'],
  },
  {
    behaviour: 'an MX set without any address leads nowhere for good',
    zone: { 'example.test': { MX: ['10 gone.test', '20 gone2.test'], A: '192.0.2.9' } },
    expect: 'no-addresses 5.4.4',
  },
  {
    behaviour: 'an exchange that cannot be looked up is skipped where another can',
    zone: {
      'example.test': { MX: ['10 broken.test', '20 mx2.test'] },
      'broken.test': { fault: 'servfail' },
    },
    expect: ['mx2.test'],
  },
  {
    behaviour: 'where the only exchange that may exist cannot be looked up, it is temporary',
    zone: {
      'example.test': { MX: ['10 gone.test', '20 broken.test'] },
      'broken.test': { fault: 'servfail' },
    },
    expect: 'temporary 4.4.3',
  },
  {
    behaviour: 'one family that cannot be looked up does not stand in the way of the other',
    zone: {
      'example.test': { MX: '10 half.test' },
      'half.test': { A: { fault: 'timeout' }, AAAA: '2001:db8::5' },
    },
    expect: ['half.test'],
  },
  {
    behaviour: 'one family that cannot be looked up is no proof that there is no address',
    zone: { 'example.test': { MX: '10 half.test' }, 'half.test': { A: { fault: 'timeout' } } },
    expect: 'temporary 4.4.3',
  },
  {
    behaviour: 'our own name in the MX set cuts its preference and worse ones',
    zone: {
      'example.test': { MX: ['10 mx1.test', '20 own.test', '20 mx2.test', '30 mx3.test'] },
    },
    expect: ['mx1.test'],
    steps: ['asked', 'own-host', 'order', 'asked', 'asked'],
  },
  {
    behaviour: 'our own name as the best exchange is a loop',
    zone: { 'example.test': { MX: ['10 mail.own.test', '20 mx2.test'] } },
    expect: 'loops-to-self 5.4.6',
    steps: ['asked', 'own-host'],
  },
  {
    behaviour: 'a host at our own address is ourselves under another name',
    zone: {
      'example.test': { MX: ['10 mx1.test', '20 other.test', '30 mx2.test'] },
      'other.test': { A: '198.51.100.1' },
    },
    expect: ['mx1.test'],
  },
  {
    behaviour: 'an alias of our own name is ourselves',
    zone: {
      'example.test': { MX: '10 customer.test' },
      'customer.test': { CNAME: 'own2.test' },
      'own2.test': { A: '198.51.100.1' },
    },
    expect: 'loops-to-self 5.4.6',
  },
  {
    behaviour: 'a domain without MX at our own address is a loop',
    zone: { 'example.test': { A: '198.51.100.1' } },
    expect: 'loops-to-self 5.4.6',
  },
  {
    behaviour: 'localhost as exchange is ourselves and is not asked for',
    zone: { 'example.test': { MX: '10 localhost' } },
    expect: 'loops-to-self 5.4.6',
    steps: ['asked', 'own-host'],
  },
  {
    behaviour: 'addresses that no host can have are left out',
    zone: {
      'example.test': { MX: ['10 zero.test', '20 mx2.test'] },
      'zero.test': {
        A: ['0.0.0.0', '224.0.0.1', '255.255.255.255'],
        AAAA: ['::', '::ffff:7f00:1'],
      },
    },
    expect: ['mx2.test'],
  },
  {
    behaviour: 'an exchange that stands twice counts with its better preference',
    zone: { 'example.test': { MX: ['20 mx2.test', '30 mx1.test', '10 mx1.test'] } },
    expect: ['mx1.test', 'mx2.test'],
  },
];

for (const { behaviour, zone, expect, steps } of TABLE) {
  test(behaviour, async () => {
    const result = await route('example.test', options(zone));
    assert.deepEqual(outcome(result), expect);
    if (steps) assert.deepEqual(keys(result), steps);
    assert.deepEqual(JSON.parse(JSON.stringify(result.steps)), result.steps);
  });
}

test('a host comes with port 25, opportunistic TLS and its addresses, IPv4 first', async () => {
  const result = await route('example.test', options({ 'example.test': { MX: '10 mx1.test' } }));
  assert.deepEqual(result.kind === 'hosts' && result.hosts, [
    {
      name: 'mx1.test',
      preference: 10,
      port: 25,
      tls: 'opportunistic',
      addresses: [
        { family: 4, address: '192.0.2.1' },
        { family: 6, address: '2001:db8::1' },
      ],
      authenticated: false,
    },
  ]);
});

test('a step tells the question, the answer and the rule', async () => {
  const zone = { 'example.test': { MX: ['10 mx1.test', '20 mx2.test'], ttl: 60 } };
  const result = await route('example.test', options(zone));
  assert.deepEqual(result.steps[0], {
    key: 'route.asked',
    rfc: 'RFC 5321 §5.1',
    name: 'example.test',
    type: 'MX',
    answer: {
      kind: 'records',
      records: ['10 mx1.test', '20 mx2.test'],
      ttl: 60,
      authenticated: false,
      aliases: [],
      server: 'declared-zone',
      cached: false,
    },
  });
  const failed = await route('example.test', options({ 'example.test': { fault: 'servfail' } }));
  assert.equal(step(failed, 'route.asked')?.answer.cause, 'servfail');
});

test('the steps fit the event of an attempt', async () => {
  const { steps } = await route('example.test', options({ 'example.test': { MX: '0 .' } }));
  const fields: Event<'attempt.routed'>['public'] = { site: null, steps };
  assert.equal(fields.steps.length, 2);
});

test('equal preferences are tried in random order, and never across preferences', async () => {
  const zone = { 'example.test': { MX: ['10 mx1.test', '10 mx2.test', '5 mx3.test'] } };
  const order = async (random: () => number) =>
    outcome(await route('example.test', options(zone, { random })));
  assert.deepEqual(await order(last), ['mx3.test', 'mx1.test', 'mx2.test']);
  assert.deepEqual(await order(first), ['mx3.test', 'mx2.test', 'mx1.test']);
  let n = 0;
  const seen = new Set<unknown>();
  for (let round = 0; round < 30; round++) {
    seen.add(JSON.stringify(await order(() => ((n += 7919) % 1000) / 1000)));
  }
  assert.equal(seen.size, 2);
});

test('the order of the hosts follows the preferences for any MX set and any random numbers', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(3), { minLength: 1, maxLength: 25 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      async (preferences, stream) => {
        const zone = {
          'example.test': {
            MX: preferences.map((preference, n) => `${preference} h${n}.many.test`),
          },
          '*.many.test': { A: '192.0.2.1' },
        };
        const random = () => stream.next().value;
        const result = await route('example.test', options(zone, { random }));
        assert.ok(result.kind === 'hosts');
        const expected = preferences.toSorted((a, b) => a - b).slice(0, 20);
        assert.deepEqual(
          result.hosts.map(({ preference }) => preference),
          expected,
        );
        assert.equal(new Set(result.hosts.map(({ name }) => name)).size, expected.length);
      },
    ),
    { numRuns: 50 },
  );
});

test('at most twenty hosts and five addresses of each family are tried', async () => {
  const zone = options({
    'example.test': { MX: Array.from({ length: 100 }, (_, n) => `${n} h${n}.many.test`) },
    '*.many.test': {
      A: Array.from({ length: 100 }, (_, n) => `192.0.2.${n + 1}`),
      AAAA: Array.from({ length: 100 }, (_, n) => `2001:db8::${n + 1}`),
    },
  });
  const result = await route('example.test', zone);
  assert.ok(result.kind === 'hosts');
  assert.equal(result.hosts.length, 20);
  assert.ok(result.hosts.every(({ addresses }) => addresses.length === 10));
  assert.equal(step(result, 'route.order')?.leftOut, 80);
  assert.equal(zone.resolver.queries.length, 41);
});

test('our own name cuts its preference wherever it stands among many equals', async () => {
  const many = Array.from({ length: 50 }, (_, n) => `10 h${n}.many.test`);
  const zone = { 'example.test': { MX: [...many, '10 own.test', '5 mx1.test'] } };
  for (const random of [first, last]) {
    assert.deepEqual(outcome(await route('example.test', options(zone, { random }))), ['mx1.test']);
  }
});

test('the steps stay few, whatever nonsense an MX set holds', async () => {
  const zone = {
    'example.test': {
      MX: [
        ...Array.from({ length: 255 }, (_, n) => `10 192.0.2.${n}`),
        ...Array.from({ length: 30 }, (_, n) => `10 h${n}.many.test`),
      ],
    },
    '*.many.test': { A: Array.from({ length: 250 }, (_, n) => `0.0.0.${n}`) },
  };
  const result = await route('example.test', options(zone));
  assert.equal(outcome(result), 'no-addresses 5.4.4');
  assert.ok(result.steps.length <= 1 + 20 + 1 + 20 * (2 + 5 + 1));
});

test('authenticated means the MX set and the addresses', async () => {
  assert.equal(await authenticated(true, true), true);
  assert.equal(await authenticated(true, false), false);
  assert.equal(await authenticated(false, true), false);
});

test('domains with the same MX set are one site, also while a host does not resolve', async () => {
  const zone = {
    'a.test': { MX: ['10 mx1.test', '10 mx2.test', '20 mx3.test'] },
    'b.test': { MX: ['1 mx2.test', '1 mx1.test'] },
  };
  assert.equal(await site('a.test', zone), 'mx1.test,mx2.test');
  assert.equal(await site('b.test', zone), 'mx1.test,mx2.test');
  const broken = { ...zone, 'mx1.test': { fault: 'servfail' } } as const;
  assert.equal(await site('b.test', broken), 'mx1.test,mx2.test');
  assert.equal(await site('c.test', { 'c.test': { A: '192.0.2.9' } }), 'c.test');
});

test('a configured route replaces the MX look-up', async () => {
  const zone = options(
    { 'example.test': { MX: '10 mx1.test' }, 'relay.test': { A: '192.0.2.50', MX: '10 mx1.test' } },
    { routes: [configured({ username: 'me', password: 'secret' })] },
  );
  const result = await route('example.test', zone);
  assert.deepEqual(result.kind === 'hosts' && result, {
    kind: 'hosts',
    site: 'relay:relay.test:587',
    by: 'route',
    hosts: [
      {
        name: 'relay.test',
        preference: 0,
        port: 587,
        tls: 'verified',
        addresses: [{ family: 4, address: '192.0.2.50' }],
        authenticated: false,
        credentials: { username: 'me', password: 'secret' },
      },
    ],
    steps: result.steps,
  });
  assert.deepEqual(zone.resolver.asked(), ['A relay.test', 'AAAA relay.test']);
  assert.deepEqual(keys(result), ['configured', 'asked', 'asked']);
  assert.ok(!JSON.stringify(result.steps).includes('secret'));
});

test('the route of the exact domain goes before the one for all', async () => {
  const routes = [
    configured({ domain: '*', host: '192.0.2.60', port: 25 }),
    configured({ domain: 'example.test', host: '192.0.2.61', port: 26 }),
  ];
  const exact = await route('example.test', options({}, { routes }));
  assert.equal(exact.kind === 'hosts' && exact.site, 'relay:192.0.2.61:26');
  assert.equal(step(exact, 'route.configured')?.match, 'exact');
  const other = await route('sub.example.test', options({}, { routes }));
  assert.equal(other.kind === 'hosts' && other.site, 'relay:192.0.2.60:25');
  assert.equal(step(other, 'route.configured')?.match, 'default');
});

test('a route to an address or to localhost needs no DNS at all', async () => {
  assert.deepEqual(await addressesOfRelay('127.0.0.1'), [{ family: 4, address: '127.0.0.1' }]);
  assert.deepEqual(await addressesOfRelay('2001:db8::1'), [{ family: 6, address: '2001:db8::1' }]);
  assert.deepEqual(await addressesOfRelay('localhost'), [
    { family: 4, address: '127.0.0.1' },
    { family: 6, address: '::1' },
  ]);
});

test('a route whose host has no address keeps the mail waiting for its operator', async () => {
  const routes = [configured({ host: 'gone.test' })];
  const gone = await route('example.test', options({}, { routes }));
  assert.equal(outcome(gone), 'temporary 4.4.4');
  assert.equal(gone.kind === 'temporary' && gone.cause, 'route-host');
  const broken = await route(
    'example.test',
    options({ 'gone.test': { fault: 'timeout' } }, { routes }),
  );
  assert.equal(outcome(broken), 'temporary 4.4.3');
  assert.equal(broken.kind === 'temporary' && broken.cause, 'timeout');
});

test('an address literal is refused without a question, unless a route takes it', async () => {
  const zone = options({});
  const refused = await route('[192.0.2.1]', zone);
  assert.equal(outcome(refused), 'address-literal 5.1.2');
  assert.deepEqual(keys(refused), ['address-literal']);
  assert.deepEqual(zone.resolver.queries, []);
  for (const domain of ['*', '[192.0.2.1]']) {
    const routes = [configured({ domain, host: '192.0.2.60' })];
    const taken = await route('[192.0.2.1]', options({}, { routes }));
    assert.equal(taken.kind, 'hosts');
  }
});

test('where nothing may ask the outside DNS, mail waits and the text says why', async () => {
  const result = await route('example.test', { ...options({}), resolver: nowhereResolver });
  assert.equal(outcome(result), 'temporary 4.4.3');
  assert.match(result.kind === 'temporary' ? result.text : '', /asks no outside DNS/);
});

test('what is no domain name is a domain that does not exist', async () => {
  const result = await route(`${'a'.repeat(64)}.test`, options({}));
  assert.equal(outcome(result), 'no-such-domain 5.1.2');
});

test('an attempt that is called off ends the look-ups', async () => {
  const signal = AbortSignal.abort();
  const result = await route('example.test', options({}, { signal }));
  assert.equal(result.kind === 'temporary' && result.cause, 'aborted');
});
