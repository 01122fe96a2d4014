/** What deploy/ says of Hikyaku is true: alert rules and dashboard ask for metrics and labels that there are. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Metric } from 'prom-client';
import { parse as parseYaml } from 'yaml';
import { silentLog } from '#log';
import { createMetrics } from '#servers/http/metrics';
import { ownMetrics } from '#servers/http/supervised';
import type { Store } from '#store/database/open';
import { ROOT } from './check/source-tree.ts';
import { DASHBOARD } from './dashboard-schema.ts';

interface Alerts {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { readonly summary: string; readonly description: string };
    }[];
  }[];
}

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

const RULES = (parseYaml(read('deploy/prometheus/alerts.yml')) as Alerts).groups.flatMap(
  ({ rules }) => rules,
);
const { panels: PANELS } = DASHBOARD.parse(
  JSON.parse(read('deploy/grafana/dashboards/hikyaku.json')),
);

/** Every expression with the name of who asks it. */
const EXPRESSIONS: readonly (readonly [string, string])[] = [
  ...RULES.map(({ alert, expr }) => [alert, expr] as const),
  ...PANELS.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** Names of all metrics, with the labels that each may have. */
function registered(): ReadonlyMap<string, readonly string[]> {
  const none = { smtp: () => 0, imap: () => 0 };
  // nothing is collected here, so that nothing is asked
  const store = { clock: { now: () => 0, monotonic: () => 0 } } as unknown as Store;
  const abuse = { bans: () => 0, refused: () => 0 };
  const certificates = (): [] => [];
  const { registry } = createMetrics({
    store,
    log: silentLog,
    connections: none,
    abuse,
    certificates,
  });
  const supervised = ownMetrics({ starts: () => 0, startedAt: 0 }, () => 0);
  const metrics = [registry, supervised].flatMap((one) =>
    one.getMetricsAsArray(),
  ) as unknown as readonly (Metric & {
    readonly name: string;
    readonly labelNames: readonly string[];
  })[];
  return new Map(metrics.map(({ name, labelNames }) => [name, labelNames]));
}

/** Our metrics in an expression of PromQL, each with the labels that it is matched or grouped by. */
function asked(expression: string): (readonly [string, readonly string[]])[] {
  const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names]) =>
    names!.split(/,\s*/),
  );
  return [...expression.matchAll(/\b(hikyaku_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name, matchers = '']) => {
      const matched = [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!);
      return [name!, [...matched, ...grouped]] as const;
    },
  );
}

test('alert rules and dashboard name only metrics and labels that /metrics has', () => {
  const known = registered();
  let count = 0;
  for (const [who, expression] of EXPRESSIONS) {
    for (const [name, labels] of asked(expression)) {
      count++;
      const there = known.get(name);
      assert.ok(there !== undefined, `${who} asks for ${name}, which /metrics does not have`);
      for (const label of labels)
        assert.ok(there.includes(label), `${who}: ${name} has no label ${label}`);
    }
  }
  assert.ok(count >= EXPRESSIONS.length - 2, 'the expressions were read');
});

test('every expression but those of up asks for something of ours', () => {
  for (const [who, expression] of EXPRESSIONS) {
    assert.ok(asked(expression).length > 0 || expression.includes('up{job="hikyaku"}'), who);
  }
});

test('the dashboard is one that Grafana draws: its own source of data, every panel in a place of its own', () => {
  const { datasources } = parseYaml(
    read('deploy/grafana/provisioning/datasources/prometheus.yml'),
  ) as { readonly datasources: readonly { readonly uid: string; readonly type: string }[] };
  const known = new Set(datasources.map(({ type, uid }) => `${type} ${uid}`));
  const taken = new Map<string, string>();
  for (const { title, datasource, targets, gridPos } of PANELS) {
    for (const { type, uid } of [datasource, ...targets.map((one) => one.datasource)])
      assert.ok(known.has(`${type} ${uid}`), title);
    const { x, y, w, h } = gridPos;
    for (let row = y; row < y + h; row++)
      for (let column = x; column < x + w; column++) {
        const place = `${column} ${row}`;
        assert.equal(taken.get(place), undefined, `${title} lies over ${taken.get(place)}`);
        taken.set(place, title);
      }
  }
  assert.equal(new Set(PANELS.map(({ id }) => id)).size, PANELS.length);
  assert.equal(new Set(PANELS.map(({ title }) => title)).size, PANELS.length);
});

test('what a legend is made of is what the expression leaves', () => {
  for (const { title, targets } of PANELS)
    for (const { expr, legendFormat } of targets) {
      const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
      const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names]) =>
        names!.split(/,\s*/),
      );
      assert.deepEqual(named.toSorted(), grouped.toSorted(), title);
    }
});

test('every alert says what is wrong and where to begin', () => {
  for (const { alert, annotations } of RULES) {
    assert.match(alert, /^Hikyaku[A-Z]/);
    for (const text of [annotations.summary, annotations.description])
      assert.match(text, /[.?]$/, alert);
  }
});
