/**
 * What Grafana reads of a dashboard (its JSON model, schema version 39), as far as ours uses it: strict, so that a field that Grafana does not know, or
 * a value that it would not draw, does not stay unseen where no Grafana runs. Called by deployment.test.ts.
 */
import { z } from 'zod';

/** Columns of Grafana's grid. */
const COLUMNS = 24;

const datasource = z.strictObject({ type: z.literal('prometheus'), uid: z.string() });

const gridPos = z
  .strictObject({
    h: z.int().positive(),
    w: z.int().positive().max(COLUMNS),
    x: z.int().nonnegative(),
    y: z.int().nonnegative(),
  })
  .refine(({ x, w }) => x + w <= COLUMNS, 'reaches beyond the grid');

const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource,
  expr: z.string().min(1),
  legendFormat: z.string().min(1),
});

const common = {
  id: z.int().positive(),
  title: z.string().min(1),
  description: z.string(),
  datasource,
  gridPos,
  fieldConfig: z.strictObject({
    defaults: z.strictObject({
      // of those that Grafana names, the ones that mean something here
      unit: z.enum(['short', 's', 'bytes', 'Bps', 'ops']),
      min: z.number().optional(),
    }),
    overrides: z.array(z.never()),
  }),
  targets: z
    .array(target)
    .min(1)
    .refine(
      (list) => new Set(list.map(({ refId }) => refId)).size === list.length,
      'a refId comes twice',
    ),
};

const stat = z.strictObject({
  ...common,
  type: z.literal('stat'),
  options: z.strictObject({
    reduceOptions: z.strictObject({
      calcs: z.tuple([z.enum(['lastNotNull', 'last', 'max', 'min', 'mean', 'sum'])]),
      fields: z.literal(''),
      values: z.boolean(),
    }),
    colorMode: z.enum(['none', 'value', 'background']),
  }),
});

const timeseries = z.strictObject({
  ...common,
  type: z.literal('timeseries'),
  options: z.strictObject({
    legend: z.strictObject({
      displayMode: z.enum(['list', 'table', 'hidden']),
      placement: z.enum(['bottom', 'right']),
    }),
    tooltip: z.strictObject({ mode: z.enum(['single', 'multi', 'none']) }),
  }),
});

export const DASHBOARD = z.strictObject({
  uid: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/),
  title: z.string().min(1),
  tags: z.array(z.string()),
  timezone: z.enum(['browser', 'utc', '']),
  schemaVersion: z.literal(39),
  version: z.int().positive(),
  refresh: z.string().regex(/^\d+[smh]$/),
  time: z.strictObject({ from: z.string().regex(/^now-\d+[smhd]$/), to: z.literal('now') }),
  editable: z.boolean(),
  templating: z.strictObject({ list: z.array(z.never()) }),
  annotations: z.strictObject({ list: z.array(z.never()) }),
  panels: z.array(z.discriminatedUnion('type', [stat, timeseries])).min(1),
});
